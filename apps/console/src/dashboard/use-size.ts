import { useCallback, useState } from 'react';

/** Size of an element in pixels, as it changes; undefined until it is drawn. Give `ref` to the element. */
export function useSize(): readonly [
  (element: HTMLElement | null) => (() => void) | undefined,
  { readonly width: number; readonly height: number } | undefined,
] {
  const [size, setSize] = useState<{ readonly width: number; readonly height: number }>();
  const ref = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = element;
      setSize((last) => (last?.width === width && last.height === height ? last : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, size];
}
