import { useEffect, useState } from 'react';

/** The value; while held, the one that there was when holding began. */
export function useHeld<T>(value: T, isHeld: boolean): T {
  const [held, setHeld] = useState(value);
  if (!isHeld && held !== value) setHeld(value);
  return isHeld ? held : value;
}

/**
 * Calls `hold` while a tooltip is pinned. New data would close it, and live ones come each second: sooner than anybody can
 * read it and follow its links.
 */
export function useHoldWhile(isPinned: boolean, hold: (isHeld: boolean) => void): void {
  useEffect(() => {
    if (!isPinned) return undefined;
    hold(true);
    return () => hold(false);
  }, [isPinned, hold]);
}
