import { type Checked, type FieldProblem, isRecord, unknownFields } from '@fieldstream/domain';
import { checkTemplate } from './template.js';

// A line break in a setting could become one in a header.
const CONTROL = /[\u0000-\u001f\u007f]/;
const LONGEST_URL = 2048;

export interface TextTerms {
  readonly maxLength: number;
  readonly pattern?: RegExp;
  /** To follow "must be", e.g. `the 32 characters of an integration key`. */
  readonly what: string;
  readonly isOptional?: boolean;
}

/** Texts that a channel's own templates may replace. */
export interface TextTemplate {
  readonly title?: string;
  readonly text?: string;
}

/**
 * Reads the fields of a channel's config one by one and gathers what is wrong with them. Faults never repeat a value, because
 * it may be a secret.
 */
export class ConfigFields {
  readonly problems: FieldProblem[] = [];
  private readonly input: Record<string, unknown>;
  private readonly isObject: boolean;

  /** @param path Where the input stands, e.g. `config`. */
  constructor(
    input: unknown,
    known: readonly string[],
    private readonly path: string,
  ) {
    this.isObject = isRecord(input);
    this.input = isRecord(input) ? input : {};
    if (isRecord(input)) this.problems.push(...unknownFields(input, known, `${path}.`));
    else this.problems.push({ field: path, fault: `must be an object with ${known.join(', ')}` });
  }

  /** The checked value, without what was left out; or all problems. */
  done<C extends object>(value: {
    readonly [K in keyof C]-?: C[K] | (undefined extends C[K] ? undefined : never) | undefined;
  }): Checked<C> {
    if (this.problems.length > 0) return { ok: false, problems: this.problems };
    const given = Object.entries(value).filter(([, field]) => field !== undefined);
    return { ok: true, value: Object.fromEntries(given) as C };
  }

  fault(field: string, fault: string): undefined {
    // Of what is no object, no field is at fault.
    if (this.isObject) this.problems.push({ field: `${this.path}.${field}`, fault });
  }

  has(field: string): boolean {
    return this.input[field] !== undefined;
  }

  raw(field: string): unknown {
    return this.input[field];
  }

  text(field: string, { maxLength, pattern, what, isOptional = false }: TextTerms): string | undefined {
    const value = this.input[field];
    if (value === undefined && isOptional) return undefined;
    const isText = typeof value === 'string' && value !== '' && value.length <= maxLength;
    if (isText && !CONTROL.test(value) && value.isWellFormed() && (pattern?.test(value) ?? true))
      return value;
    return this.fault(field, `must be ${what}${isOptional ? ', or left out' : ''}`);
  }

  flag(field: string): boolean | undefined {
    const value = this.input[field];
    if (value === undefined || typeof value === 'boolean') return value;
    return this.fault(field, 'must be true or false, or left out');
  }

  integer(
    field: string,
    { min, max, example, fallback }: { min: number; max: number; example: string; fallback?: number },
  ): number | undefined {
    const value = this.input[field] ?? fallback;
    if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max)
      return value as number;
    return this.fault(field, `must be a whole number from ${min} to ${max}, e.g. ${example}`);
  }

  choice<T extends string>(field: string, choices: readonly T[]): T | undefined {
    const value = this.input[field];
    if (value === undefined) return undefined;
    const chosen = choices.find((choice) => choice === value);
    return chosen ?? this.fault(field, `must be one of ${choices.join(', ')}, or left out`);
  }

  /** An address of http or https, without credentials in it. */
  url(field: string, example: string, isOptional = false): string | undefined {
    const value = this.input[field];
    if (value === undefined && isOptional) return undefined;
    const fault = urlFault(value);
    if (fault === undefined) return value as string;
    return this.fault(field, `${fault}, e.g. ${example}${isOptional ? ', or left out' : ''}`);
  }

  /** The object `template` with templates for the title and the text, or `undefined`. */
  textTemplate(): TextTemplate | undefined {
    if (!this.has('template')) return undefined;
    const fields = new ConfigFields(this.raw('template'), ['title', 'text'], `${this.path}.template`);
    const template = fields.done<TextTemplate>({
      title: fields.template('title'),
      text: fields.template('text'),
    });
    if (template.ok) return template.value;
    this.problems.push(...template.problems);
  }

  /** One template that makes plain text. */
  private template(field: string): string | undefined {
    const value = this.input[field];
    if (value === undefined) return undefined;
    const problems = checkTemplate(value, `${this.path}.${field}`);
    this.problems.push(...problems);
    return problems.length === 0 ? (value as string) : undefined;
  }
}

function urlFault(value: unknown): string | undefined {
  const isText = typeof value === 'string' && value.length <= LONGEST_URL && !CONTROL.test(value);
  if (!isText || !URL.canParse(value)) return `must be a URL of at most ${LONGEST_URL} characters`;
  const { protocol, username, password } = new URL(value);
  if (protocol !== 'http:' && protocol !== 'https:') return 'must be a URL that starts with http: or https:';
  if (username !== '' || password !== '') return 'must not hold a user name or password';
  return undefined;
}
