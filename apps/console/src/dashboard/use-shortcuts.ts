import { useEffect, useRef } from 'react';
import { shortcutReader, type ShortcutAction } from './shortcuts.js';

/** Where keys are meant for something else. */
const TAKEN =
  'input, textarea, select, [contenteditable="true"], [role="dialog"], [role="menu"], [role="listbox"]';

/** Acts on keys; `panel` is the key of the panel with the focus, or else under the pointer. */
export function useShortcuts(act: (action: ShortcutAction, panel: string | undefined) => void): void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => {
    const read = shortcutReader();
    let hovered: Element | null = null;
    const pointer = (event: PointerEvent): void => {
      hovered = event.target instanceof Element ? event.target.closest('[data-panel-key]') : null;
    };
    const key = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.target instanceof Element && event.target.closest(TAKEN) !== null) return;
      const action = read(event.key, event.timeStamp);
      if (action === undefined) return;
      const focused = document.activeElement?.closest('[data-panel-key]');
      const panel = (focused ?? hovered)?.getAttribute('data-panel-key') ?? undefined;
      latest.current(action, panel);
    };
    document.addEventListener('pointerover', pointer);
    document.addEventListener('keydown', key);
    return () => {
      document.removeEventListener('pointerover', pointer);
      document.removeEventListener('keydown', key);
    };
  }, []);
}
