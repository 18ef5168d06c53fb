import mustache from 'mustache';
import { type FieldProblem } from '@fieldstream/domain';
import { escapeHtml, escapeJson } from './text.js';
import { TEMPLATE_VARIABLES, type TemplateView } from './template-view.js';

export const LONGEST_TEMPLATE = 10_000;

/** What a template makes, which decides how values are escaped in it. */
export type TemplateFormat = 'plain' | 'json' | 'html' | 'form';

const ESCAPES: Readonly<Record<TemplateFormat, (text: string) => string>> = {
  plain: (text) => text,
  json: escapeJson,
  html: escapeHtml,
  form: encodeURIComponent,
};

/** How values are escaped in a body of that content type. */
export function formatOf(contentType: string): TemplateFormat {
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (type === 'application/json' || type.endsWith('+json')) return 'json';
  if (type === 'application/x-www-form-urlencoded') return 'form';
  const isMarkup = type === 'text/html' || type.endsWith('/xml') || type.endsWith('+xml');
  return isMarkup ? 'html' : 'plain';
}

/** Fills in a template that `checkTemplate` has accepted. */
export function renderTemplate(template: string, view: TemplateView, format: TemplateFormat): string {
  const escape = ESCAPES[format];
  return writer().render(template, view, undefined, {
    escape: (value: unknown) => escape(textOf(value).toWellFormed()),
  });
}

/**
 * What is wrong with a mustache template: that it is none, or which names, with their positions, mean nothing here.
 * Partials, other delimiters and values without escaping are refused.
 */
export function checkTemplate(template: unknown, field: string): FieldProblem[] {
  if (typeof template !== 'string' || template.trim() === '' || template.length > LONGEST_TEMPLATE) {
    const fault = `must be a text of 1 to ${LONGEST_TEMPLATE} characters, e.g. {{title}}`;
    return [{ field, fault }];
  }
  let tokens: readonly Token[];
  try {
    tokens = writer().parse(template) as readonly Token[];
  } catch (error) {
    // E.g. "Unclosed tag at 12": the position as people count it.
    const text = (error as { message: string }).message.replace(
      / at (\d+)$/,
      (_, offset: string) => ` at ${positionOf(template, Number(offset))}`,
    );
    return [
      { field, fault: `is no template: ${text}. Tags look like {{title}} and {{#alerts}}…{{/alerts}}` },
    ];
  }
  return faultsIn(tokens, template, 'message').map((fault) => ({ field, fault }));
}

/** Type, text, start, end, and of a section the tokens in it. */
type Token = readonly [type: string, text: string, start: number, end: number, inner?: readonly Token[]];

/** Without a cache: templates come from outside, and one that has been edited away would be kept. */
function writer(): InstanceType<typeof mustache.Writer> {
  const made = new mustache.Writer();
  (made as { templateCache?: unknown }).templateCache = undefined;
  return made;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function faultsIn(tokens: readonly Token[], template: string, inside: 'message' | 'alert'): string[] {
  return tokens.flatMap(([type, text, start, , inner]) => {
    if (type === 'text' || type === '!') return [];
    const at = `at ${positionOf(template, start)}`;
    if (type === '>') return [`has {{>${text}}} ${at}: templates cannot include others`];
    if (type === '=') return [`has {{=${text}=}} ${at}: the delimiters are always {{ and }}`];
    if (type === '&') return [`has {{{${text}}}} ${at}: values are always escaped, so write {{${text}}}`];
    const known = namesIn(inside);
    const isLabel = inside === 'alert' && text.startsWith('labels.') && text.length > 'labels.'.length;
    if (!isLabel && !known.includes(text))
      return [`has {{${text}}} ${at}, which is not known there; known are ${known.join(', ')}`];
    if (!inner) return [];
    return faultsIn(inner, template, text === 'alerts' && type === '#' ? 'alert' : inside);
  });
}

/** An alert's names and the message's; the list of alerts is not known within itself, where it would multiply. */
function namesIn(inside: 'message' | 'alert'): string[] {
  return TEMPLATE_VARIABLES.filter(({ name, of }) =>
    inside === 'message' ? of === 'message' : name !== 'alerts',
  ).map(({ name }) => name);
}

function positionOf(template: string, offset: number): string {
  const before = template.slice(0, offset).split('\n');
  return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}
