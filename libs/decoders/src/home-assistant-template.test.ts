import { describe, expect, test } from '@jest/globals';
import { parseHomeAssistantTemplate } from './home-assistant-template.js';

const JSON_VALUE = { a: { b: 21.26, 'c d': ['x', { e: 5 }] }, on: 'ON', text: ' 7.5 ', no: null, yes: true };

describe('parseHomeAssistantTemplate', () => {
  test.each([
    ['{{ value }}', 'raw'],
    ['{{value_json.a.b}}', 21.26],
    ["{{ value_json['a']['c d'][1].e }}", 5],
    ['{{ value_json["a"]["b"] | round(1) }}', 21.3],
    ['{{- value_json.a.b | float | round -}}', 21],
    ['{{ value_json.text | float }}', 7.5],
    ['{{ value_json.text | int(3) }}', 7],
    ['{{ value_json.on | lower }}', 'on'],
    ['{{ value_json.missing | default(4) }}', 4],
    ["{{ value_json.missing | default('none') | upper }}", 'NONE'],
    ['{{ value_json.missing | is_defined }}', undefined],
    ['{{ value_json.missing.deeper }}', undefined],
    ['{{ value_json.on | float(0) }}', 0],
    ['{{ value_json.yes }}', true],
    ['{{ value_json.__proto__ }}', undefined],
    ['{{ value_json.constructor.name }}', undefined],
    ['{{ value_json.a.length }}', undefined],
  ])('%s gives %j', (template, expected) => {
    expect(parseHomeAssistantTemplate(template)?.('raw', JSON_VALUE)).toEqual(expected);
  });

  test.each([
    '',
    'value_json.a',
    '{{ value_json.a * 10 }}',
    '{{ value_json.a / 1000 | round(2) }}',
    "{{ 'ON' if value_json.a else 'OFF' }}",
    '{% if value_json.a %}1{% endif %}',
    '{{ value_json.a | timestamp_custom }}',
    '{{ value_json.a }} {{ value_json.b }}',
    '{{ value_jsonx }}',
    '{{ value.split(",")[0] }}',
    '{{ value_json[key] }}',
    '{{ value_json.a | round(99) }}',
  ])('does not guess what %j means', (template) => {
    expect(parseHomeAssistantTemplate(template)).toBeUndefined();
  });

  test('takes no time that grows faster than its length', () => {
    for (const template of [
      `{{ value${' '.repeat(500)}x`,
      `{{ value_json${"['a']".repeat(100)}`,
      `{{value${'|float'.repeat(80)}`,
    ]) {
      expect(parseHomeAssistantTemplate(template)).toBeUndefined();
    }
  });
});
