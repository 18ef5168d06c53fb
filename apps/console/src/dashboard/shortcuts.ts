/** What keys do on a dashboard, as in Grafana. */
export type ShortcutAction =
  'zoom-out' | 'earlier' | 'later' | 'refresh' | 'kiosk' | 'view' | 'inspect' | 'help' | 'back';

export interface Shortcut {
  /** Pressed one after the other; names as in `KeyboardEvent.key`. */
  readonly keys: readonly string[];
  readonly action: ShortcutAction;
  readonly description: string;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ['t', 'z'], action: 'zoom-out', description: 'Zoom out of the time range' },
  { keys: ['t', '-'], action: 'zoom-out', description: 'Zoom out of the time range' },
  { keys: ['t', 'ArrowLeft'], action: 'earlier', description: 'Move the time range back' },
  { keys: ['t', 'ArrowRight'], action: 'later', description: 'Move the time range forward' },
  { keys: ['d', 'r'], action: 'refresh', description: 'Refresh all panels' },
  { keys: ['d', 'k'], action: 'kiosk', description: 'Kiosk mode on or off' },
  {
    keys: ['v'],
    action: 'view',
    description: 'The panel under the pointer, or with the focus, alone and back',
  },
  { keys: ['i'], action: 'inspect', description: 'Inspect that panel' },
  { keys: ['?'], action: 'help', description: 'This list' },
  { keys: ['Escape'], action: 'back', description: 'Back from a single panel or from kiosk mode' },
];

/** The second key of two follows within this time. */
const SEQUENCE_MS = 1_000;

/** Reads keys into actions. Returns the action that a key completes, if any. */
export function shortcutReader(): (key: string, nowMs: number) => ShortcutAction | undefined {
  let first: { readonly key: string; readonly atMs: number } | undefined;
  return (key, nowMs) => {
    const before = first !== undefined && nowMs - first.atMs <= SEQUENCE_MS ? first.key : undefined;
    first = undefined;
    const match =
      SHORTCUTS.find(({ keys }) => keys.length === 2 && keys[0] === before && keys[1] === key) ??
      SHORTCUTS.find(({ keys }) => keys.length === 1 && keys[0] === key);
    if (match !== undefined) return match.action;
    if (SHORTCUTS.some(({ keys }) => keys.length === 2 && keys[0] === key)) first = { key, atMs: nowMs };
    return undefined;
  };
}
