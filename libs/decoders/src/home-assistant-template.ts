/** Reads one value out of a payload. Undefined: the payload does not have it. */
export type HomeAssistantTemplate = (raw: string, json: unknown) => unknown;

const EXPRESSION = /^\s*\{\{-?\s*([\s\S]*?)\s*-?\}\}\s*$/;
const STEP = /^(?:\.([A-Za-z_]\w*)|\[\s*(?:'([^'\\]*)'|"([^"\\]*)"|(\d+))\s*\])/;
const FILTER = /^\s*\|\s*([a-z_]+)\s*(?:\(\s*([^()]*?)\s*\))?/;
const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
const MAX_STEPS = 16;
const MAX_FILTERS = 8;

type Filter = (value: unknown) => unknown;

/**
 * Understands the value templates that nearly all devices use: `value` or a path into `value_json` (`.a.b`, `['a']`, `[0]`),
 * followed by any of the filters float, int, round, default, is_defined, lower, upper, trim, string and abs.
 *
 * @returns undefined for any other template: what it would give is not guessed
 */
export function parseHomeAssistantTemplate(template: string): HomeAssistantTemplate | undefined {
  const expression = EXPRESSION.exec(template)?.[1];
  if (expression === undefined) return undefined;
  const isJson = expression.startsWith('value_json');
  if (!isJson && !/^value(?![\w.[])/.test(expression)) return undefined;
  let rest = expression.slice(isJson ? 'value_json'.length : 'value'.length);
  const path: (string | number)[] = [];
  for (let step = isJson ? STEP.exec(rest) : null; step; step = STEP.exec(rest)) {
    const [whole, name, single, double, index] = step;
    path.push(index === undefined ? (name ?? single ?? double ?? '') : Number(index));
    rest = rest.slice(whole.length);
    if (path.length > MAX_STEPS) return undefined;
  }
  const filters: Filter[] = [];
  for (let match = FILTER.exec(rest); match; match = FILTER.exec(rest)) {
    const filter = filterOf(match[1] ?? '', match[2]);
    if (!filter || filters.length >= MAX_FILTERS) return undefined;
    filters.push(filter);
    rest = rest.slice(match[0].length);
  }
  if (rest.trim() !== '') return undefined;
  return (raw, json) => {
    let value: unknown = isJson ? json : raw;
    for (const step of path) value = memberOf(value, step);
    for (const filter of filters) value = filter(value);
    return value;
  };
}

/** Whether a template needs the payload as JSON. */
export function needsJson(template: string): boolean {
  return template.includes('value_json');
}

/** An own member of an object or array. */
function memberOf(value: unknown, step: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  return (value as Record<string | number, unknown>)[step];
}

function filterOf(name: string, argument: string | undefined): Filter | undefined {
  switch (name) {
    case 'float':
      return (value) => asNumber(value) ?? literal(argument);
    case 'int':
      return (value) => {
        const number = asNumber(value);
        return number === undefined ? literal(argument) : Math.trunc(number);
      };
    case 'round': {
      const digits = argument === undefined || argument === '' ? 0 : Number(argument);
      if (!Number.isInteger(digits) || digits < 0 || digits > 15) return undefined;
      return (value) => {
        const number = asNumber(value);
        return number === undefined ? value : Number(number.toFixed(digits));
      };
    }
    case 'default':
      return (value) => value ?? literal(argument);
    case 'abs':
      return (value) => (typeof value === 'number' ? Math.abs(value) : value);
    case 'lower':
      return (value) => (typeof value === 'string' ? value.toLowerCase() : value);
    case 'upper':
      return (value) => (typeof value === 'string' ? value.toUpperCase() : value);
    case 'trim':
      return (value) => (typeof value === 'string' ? value.trim() : value);
    case 'is_defined':
    case 'string':
      return (value) => value;
    default:
      return undefined;
  }
}

function asNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'string' && NUMBER.test(value) ? Number(value) : undefined;
}

/** A filter's argument: a number, a quoted text or a boolean; anything else is nothing. */
function literal(argument: string | undefined): unknown {
  if (argument === undefined) return undefined;
  if (NUMBER.test(argument)) return Number(argument);
  const quoted = /^(?:'([^']*)'|"([^"]*)")$/.exec(argument);
  if (quoted) return quoted[1] ?? quoted[2];
  if (/^true$/i.test(argument)) return true;
  return /^false$/i.test(argument) ? false : undefined;
}
