/** Where a Tasmota topic belongs. */
export interface TasmotaPlace {
  readonly deviceId: string;
  /** Tasmota's topic; with a layout other than `<prefix>/<topic>`, the whole topic in which `cmnd` stands for the prefix. */
  readonly address: string;
  /** `tele`: reports; `stat`: answers and changes. */
  readonly prefix: 'tele' | 'stat';
  /** `SENSOR`, `STATE`, … */
  readonly suffix: string;
}

const REPORTS = /^(?:SENSOR|STATE|LWT|INFO[123]|RESULT)$/;
const ANSWERS = /^(?:RESULT|STATUS\d{0,2}|POWER\d{0,2})$/;
const MAX_LEVELS = 10;

/**
 * The place of a topic in one of the layouts that `FullTopic` is set to: `%prefix%/%topic%` (the default), `%topic%/%prefix%`,
 * and either of them below further levels; `tasmota` as first of these is left out of the device's ID.
 */
export function placeOf(levels: readonly string[]): TasmotaPlace | undefined {
  const { length } = levels;
  if (length < 3 || length > MAX_LEVELS) return undefined;
  const suffix = levels[length - 1] ?? '';
  const at = [0, length - 2, length - 3].find((index) => isPrefix(levels[index], suffix));
  if (at === undefined) return undefined;
  const prefix = levels[at] === 'tele' ? 'tele' : 'stat';
  const before = levels.slice(0, at);
  const after = levels.slice(at + 1, -1);
  const names = [...before, ...after];
  const deviceId = (names.length > 1 && names[0] === 'tasmota' ? names.slice(1) : names).join(':');
  const address = at === 0 ? after.join('/') : [...before, 'cmnd', ...after].join('/');
  return { deviceId, address, prefix, suffix };
}

function isPrefix(level: string | undefined, suffix: string): boolean {
  return (level === 'tele' && REPORTS.test(suffix)) || (level === 'stat' && ANSWERS.test(suffix));
}

/** The place of a device by its discovery message: `ft`, the layout, and `t`, its topic. */
export function placeOfLayout(layout: string, topic: string): TasmotaPlace | undefined {
  // What else a layout may name, such as the host, is not in the message's terms.
  const named = layout.replaceAll('%topic%', topic).replaceAll('%prefix%', 'tele').replace(/\/+$/, '');
  return named.includes('%') ? undefined : placeOf([...named.split('/'), 'STATE']);
}
