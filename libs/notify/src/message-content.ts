import { type AlertMessage } from './alert-message.js';
import { type TextTemplate } from './config-fields.js';
import { type RenderedMessage, renderMessage } from './render.js';
import { renderTemplate } from './template.js';
import { templateView } from './template-view.js';
import { fitLines, oneLine, plainLines, truncate } from './text.js';

const LONGEST_TITLE = 200;
/** Lines that a text template may make; those beyond are left out. */
const TEMPLATE_LINES = 200;
const LONGEST_TEMPLATE_LINE = 1_000;

/** A message with the channel's own title and text, where it has templates for them: plain text, markup is not interpreted. */
export function contentOf(
  message: AlertMessage,
  template: TextTemplate | undefined,
  consoleUrl: string | undefined,
): RenderedMessage {
  const rendered = renderMessage(message);
  if (!template) return rendered;
  const view = templateView(message, rendered, consoleUrl);
  const title = template.title === undefined ? '' : oneLine(renderTemplate(template.title, view, 'plain'));
  const own = { ...rendered, title: title === '' ? rendered.title : truncate(title, LONGEST_TITLE) };
  if (template.text === undefined) return own;
  const lines = plainLines(renderTemplate(template.text, view, 'plain').trim());
  return {
    ...own,
    lines: lines.slice(0, TEMPLATE_LINES).map((line) => truncate(line, LONGEST_TEMPLATE_LINE)),
    hidden: Math.max(0, lines.length - TEMPLATE_LINES),
    description: '',
  };
}

export interface BodyLimits {
  readonly max: number;
  /** Applied to each line and to the description. Default: as they are. */
  readonly escape?: (text: string) => string;
  /** Default: UTF-16 units. */
  readonly measure?: (text: string) => number;
}

/** The lines, and the description after an empty one, for receivers that take one text; measures at most `max`. */
export function bodyText(
  { lines, hidden, description }: RenderedMessage,
  { max, escape = (text) => text, measure = (text) => text.length }: BodyLimits,
): string {
  // The alerts come first: the description has a third of the room.
  let shown = description;
  while (measure(escape(shown)) > max / 3) shown = truncate(shown, Math.floor(shown.length / 2));
  const after = shown === '' ? '' : `\n\n${escape(shown)}`;
  return fitLines(lines.map(escape), hidden, max - measure(after), measure) + after;
}
