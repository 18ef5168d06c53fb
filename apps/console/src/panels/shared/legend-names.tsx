import { useEffect, useRef, type ReactNode } from 'react';

/**
 * Names the buttons of the legends inside after their series. @grafana/ui gives all of them the same name, the state of the
 * selection ("All series selected"), so that nobody who listens could tell them apart.
 */
export function LegendNames({ children }: { readonly children: ReactNode }) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const root = ref.current;
    if (root === null) return undefined;
    const rename = (): void => {
      for (const button of root.querySelectorAll<HTMLElement>('button[aria-label]')) {
        const text = button.textContent.trim();
        const label = button.getAttribute('aria-label') ?? '';
        if (text !== '' && !label.startsWith(text)) button.setAttribute('aria-label', `${text}, ${label}`);
      }
    };
    rename();
    const observer = new MutationObserver(rename);
    observer.observe(root, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ['aria-label'],
    });
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={ref} style={{ display: 'contents' }}>
      {children}
    </div>
  );
}
