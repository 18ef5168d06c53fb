import { type AlertRecord } from '@fieldstream/wire';
import { colourOf } from './colours.js';
import { LISTED_ALERTS, type RenderedMessage, severityOf, subjectOf, timeText, valueText } from './render.js';
import { escapeHtml, oneLine, truncate } from './text.js';

/** How long a text in a cell may be. */
const LONGEST_CELL = 300;
const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const CELL = 'padding:6px 12px 6px 0;text-align:left;vertical-align:top;border-bottom:1px solid #8884';

/**
 * The mail as HTML: title, a table of the alerts (or the lines of the channel's own template), the description, a link.
 * Styles are inline, since mail programs drop others; no colour is set for background and text, so that a dark program shows
 * it dark and a light one light.
 */
export function mailHtml(
  content: RenderedMessage,
  { isTemplate, consoleUrl }: { readonly isTemplate: boolean; readonly consoleUrl: string | undefined },
): string {
  const colour = colourOf(content);
  return [
    '<!DOCTYPE html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">',
    `<title>${escapeHtml(content.title)}</title></head>`,
    `<body style="margin:0;padding:16px;${FONT};font-size:14px;line-height:1.45">`,
    `<div style="max-width:720px;border-left:4px solid ${colour};padding:2px 0 2px 14px">`,
    `<h1 style="margin:0 0 12px;font-size:18px;line-height:1.3">${escapeHtml(content.title)}</h1>`,
    isTemplate ? paragraphs(content.lines) : alertTable(content),
    content.description === '' ? '' : paragraphs(content.description.split('\n')),
    consoleUrl
      ? `<p style="margin:14px 0 0"><a href="${escapeHtml(consoleUrl)}" style="color:${colour}">Open the alerts</a></p>`
      : '',
    '</div></body></html>',
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function paragraphs(lines: readonly string[]): string {
  return `<p style="margin:12px 0 0">${lines.map(escapeHtml).join('<br>\n')}</p>`;
}

function alertTable({ alerts, lines, hidden }: RenderedMessage): string {
  const listed = alerts.slice(0, LISTED_ALERTS);
  const left = alerts.length - listed.length;
  // Where devices of one gateway share lines, those say more than a long table.
  const summary = lines.length < listed.length && hidden === 0 ? paragraphs(lines) : '';
  const head = ['State', 'What', 'Value', 'Since'].map((text) => `<th style="${CELL}">${text}</th>`).join('');
  const more = left > 0 ? `<p style="margin:8px 0 0">… and ${left} more</p>` : '';
  return [
    summary,
    `<table style="border-collapse:collapse;font-size:14px;margin:12px 0 0"><tr>${head}</tr>`,
    ...listed.map(alertRow),
    `</table>${more}`,
  ].join('\n');
}

function alertRow(alert: AlertRecord): string {
  const severity = severityOf(alert.severity);
  const state = alert.state === 'firing' ? severity : 'resolved';
  const colour = colourOf({ status: alert.state, severity });
  const who = alert.acknowledgedBy === null ? '' : `acknowledged by ${oneLine(alert.acknowledgedBy)}`;
  const what = [subjectOf(alert), oneLine(alert.summary), who]
    .filter((text) => text !== '')
    .map((text, index) => cellText(text, index === 0 ? 'b' : 'span'));
  return [
    `<tr><td style="${CELL};color:${colour};font-weight:600">${state}</td>`,
    `<td style="${CELL}">${what.join('<br>')}</td>`,
    `<td style="${CELL}">${cellText(valueText(alert), 'span')}</td>`,
    `<td style="${CELL};white-space:nowrap">${escapeHtml(timeText(alert.startedAtMs))}</td></tr>`,
  ].join('');
}

function cellText(text: string, tag: 'b' | 'span'): string {
  return `<${tag}>${escapeHtml(truncate(text, LONGEST_CELL))}</${tag}>`;
}
