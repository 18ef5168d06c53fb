import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { renderMessage } from './render.js';
import { checkTemplate, formatOf, renderTemplate, type TemplateFormat } from './template.js';
import { TEMPLATE_VARIABLES, templateView } from './template-view.js';
import { alertMessage, alertRecord, alertRecords } from './testing/sample-alerts.js';

function render(template: string, format: TemplateFormat, alerts = [alertRecord()]): string {
  const message = alertMessage(alerts);
  return renderTemplate(template, templateView(message, renderMessage(message), 'https://c.example'), format);
}

describe('renderTemplate', () => {
  test.each<[string, string, string]>([
    ['a name', '{{ruleName}} is {{status}}', 'Greenhouse too hot is firing'],
    ['alerts', '{{#alerts}}{{device}}={{value}}{{^last}}, {{/last}}{{/alerts}}', 'gh-1=31.5, gh-2=31.5'],
    ['labels', '{{#alerts}}{{labels.site}}/{{labels.none}};{{/alerts}}', 'north/;north/;'],
    ['counts', '{{firingCount}} of {{alertCount}}', '2 of 2'],
    ['a section of a truth', '{{#isTest}}test{{/isTest}}{{^isTest}}real{{/isTest}}', 'real'],
    ['a comment', 'a{{! not shown }}b', 'ab'],
  ])('fills in %s', (_, template, text) => {
    expect(checkTemplate(template, 'f')).toEqual([]);
    expect(render(template, 'plain', alertRecords(2))).toBe(text);
  });

  test.each<[TemplateFormat, string]>([
    ['plain', '<b> & "q"'],
    ['html', '&lt;b&gt; &amp; &quot;q&quot;'],
    ['json', '<b> & \\"q\\"'],
    ['form', '%3Cb%3E%20%26%20%22q%22'],
  ])('escapes values for %s', (format, text) => {
    const alerts = [alertRecord({ summary: '<b> & "q"' })];
    expect(render('{{#alerts}}{{summary}}{{/alerts}}', format, alerts)).toBe(text);
  });

  test('does not interpret what values hold', () => {
    const alerts = [alertRecord({ summary: '{{title}}' })];
    expect(render('{{#alerts}}{{summary}}{{/alerts}}', 'plain', alerts)).toBe('{{title}}');
  });

  test('finds nothing but labels among labels', () => {
    expect(render('{{#alerts}}{{labels.constructor}}{{labels.__proto__}}{{/alerts}}', 'plain')).toBe('');
  });
});

describe('checkTemplate', () => {
  test.each<[unknown, string | RegExp]>([
    ['', 'must be a text of 1 to 10000 characters, e.g. {{title}}'],
    [7, 'must be a text of 1 to 10000 characters, e.g. {{title}}'],
    ['x'.repeat(10_001), 'must be a text of 1 to 10000 characters, e.g. {{title}}'],
    [
      'a\nb {{title',
      'is no template: Unclosed tag at line 2, column 10. Tags look like {{title}} and {{#alerts}}…{{/alerts}}',
    ],
    ['{{#alerts}}', /^is no template: Unclosed section "alerts" at line 1, column 12/],
    ['{{/alerts}}', /^is no template: Unopened section "alerts" at line 1, column 1/],
    ['a {{tilte}}', /^has {{tilte}} at line 1, column 3, which is not known there; known are title, /],
    ['{{device}}', /^has {{device}} at line 1, column 1, which is not known there/],
    [
      '{{#alerts}}{{#alerts}}x{{/alerts}}{{/alerts}}',
      /^has {{alerts}} at line 1, column 12, which is not known there/,
    ],
    ['{{#alerts}}{{.}}{{/alerts}}', /^has {{\.}} at line 1, column 12/],
    ['{{constructor}}', /^has {{constructor}}/],
    ['{{>other}}', 'has {{>other}} at line 1, column 1: templates cannot include others'],
    ['{{=<% %>=}}', 'has {{=<% %>=}} at line 1, column 1: the delimiters are always {{ and }}'],
    ['{{{title}}}', 'has {{{title}}} at line 1, column 1: values are always escaped, so write {{title}}'],
    ['{{&title}}', 'has {{{title}}} at line 1, column 1: values are always escaped, so write {{title}}'],
  ])('refuses %j', (template, fault) => {
    const problems = checkTemplate(template, 'config.template.text');
    expect(problems).toHaveLength(1);
    expect(problems[0]?.field).toBe('config.template.text');
    expect(problems[0]?.fault).toEqual(typeof fault === 'string' ? fault : expect.stringMatching(fault));
  });

  test('knows every name that the view has, and the view has every name', () => {
    const message = alertMessage();
    const view = templateView(message, renderMessage(message), undefined);
    const [alert = {}] = view['alerts'] as object[];
    const names = (of: 'message' | 'alert'): string[] =>
      TEMPLATE_VARIABLES.filter((variable) => variable.of === of).map(({ name }) => name.split('.')[0] ?? '');
    expect(Object.keys(view).sort()).toEqual(names('message').sort());
    const shadowed = ['severity', 'ruleId', 'ruleName', 'description'];
    expect(Object.keys(alert).sort()).toEqual([...names('alert'), ...shadowed].sort());
  });

  test('the README names every variable', async () => {
    const readme = await readFile('libs/notify/README.md', 'utf8');
    for (const { name, meaning } of TEMPLATE_VARIABLES) {
      expect(readme).toMatch(new RegExp(`\\| \`${name.replace('.', '\\.')}\` +\\|`));
      expect(readme).toContain(meaning);
    }
  });
});

test.each<[string, TemplateFormat]>([
  ['application/json', 'json'],
  ['application/vnd.api+json; charset=utf-8', 'json'],
  ['application/x-www-form-urlencoded', 'form'],
  ['text/html', 'html'],
  ['application/soap+xml', 'html'],
  ['text/plain', 'plain'],
])('a body of %s is escaped as %s', (contentType, format) => {
  expect(formatOf(contentType)).toBe(format);
});
