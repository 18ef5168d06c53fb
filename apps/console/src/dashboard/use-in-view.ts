import { useCallback, useState } from 'react';

/** Panels this far below the screen are asked already. */
const MARGIN = '200px';

/** Whether an element is on the screen, or nearly. Give `ref` to the element. */
export function useInView(): readonly [(element: HTMLElement | null) => (() => void) | undefined, boolean] {
  const [isInView, setInView] = useState(false);
  const ref = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => setInView(entries.at(-1)?.isIntersecting ?? false),
      { rootMargin: MARGIN },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, isInView];
}
