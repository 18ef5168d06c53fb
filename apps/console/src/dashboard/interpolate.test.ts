import { describe, expect, test } from '@jest/globals';
import { createTheme, FieldType, getDisplayProcessor, toDataFrame, type ScopedVars } from '@grafana/data';
import { interpolator } from './interpolate.js';
import { evaluateRange } from './time-range.js';

// Grafana's formats of time ask the browser for its language.
Object.assign(globalThis, { navigator: { language: 'en', languages: ['en'] } });

const interpolate = interpolator({
  values: new Map([
    ['device', { name: 'device', value: "O'Brien & co", text: 'Plug' }],
    ['metric', { name: 'metric', value: ['a', 'b|c'], text: ['A', 'B'] }],
  ]),
  range: evaluateRange({ from: '1790000000000', to: '1790000900000' }, 'utc'),
  timeZone: 'utc',
  dashboard: { uid: 'uid', title: 'Fleet' },
  timeParams: 'from=now-6h&to=now',
  variableParams: () => 'var-device=x',
});

describe('variables in texts', () => {
  test.each([
    ['$device, [[device]], ${device}', "O'Brien & co, O'Brien & co, O'Brien & co"],
    ['$unknown ${also:csv} $__nothing', '$unknown ${also:csv} $__nothing'],
    ['$metric', '{a,b|c}'],
    ['${metric:csv}', 'a,b|c'],
    ['${metric:pipe}', 'a|b|c'],
    ['${metric:regex}', '(a|b\\|c)'],
    ['${metric:json}', '["a","b|c"]'],
    ['${metric:text}', 'A + B'],
    ['${metric:join: - }', 'a - b|c'],
    ['${metric:queryparam}', 'var-metric=a&var-metric=b%7Cc'],
    ['${device:percentencode}', 'O%27Brien%20%26%20co'],
    ['${device:sqlstring}', "'O''Brien & co'"],
    ['${device:html}', 'O&#39;Brien &#38; co'],
    [
      '$__from-$__to ${__from:date:seconds} ${__from:date}',
      '1790000000000-1790000900000 1790000000 2026-09-21T14:13:20.000Z',
    ],
    ['$__range $__range_ms', '900s 900000'],
    ['${__dashboard} ${__dashboard.uid}', 'Fleet uid'],
    ['/d/x?${__url_time_range}&${__all_variables}', '/d/x?from=now-6h&to=now&var-device=x'],
  ])('%s', (text, made) => {
    expect(interpolate(text)).toBe(made);
  });

  test('a scoped value goes before', () => {
    expect(interpolate('$device', { device: { value: 'own', text: 'Own' } })).toBe('own');
    expect(interpolate('${device:text}', { device: { value: 'own', text: 'Own' } })).toBe('Own');
  });

  test('the format of a link is for values that have none', () => {
    expect(interpolate('/x?a=${device}&b=${metric:csv}', {}, 'uriencode')).toBe(
      "/x?a=O'Brien%20&%20co&b=a,b|c",
    );
  });
});

describe('values of the data in links', () => {
  const frame = toDataFrame({
    name: 'frame',
    fields: [
      { name: 'device', values: ['d 1', 'd2'] },
      { name: 'my value', values: [1.5, 2], config: { unit: 'celsius' }, labels: { site: 'north' } },
    ],
  });
  for (const field of frame.fields) field.display = getDisplayProcessor({ field, theme: createTheme() });
  const scoped: ScopedVars = {
    __dataContext: {
      value: {
        data: [frame],
        frame,
        frameIndex: 0,
        field: frame.fields[1] ?? { name: '', type: FieldType.other, config: {}, values: [] },
        rowIndex: 0,
      },
    },
  };

  test.each([
    ['${__data.fields.device:percentencode}', 'd%201'],
    ['${__data.fields[0]}', 'd 1'],
    ['${__data.fields["my value"].numeric}', '1.5'],
    ['${__data.fields["my value"]}', '1.50 °C'],
    ['${__data.fields.gone}', ''],
    ['${__value.raw} ${__value.numeric} ${__value.text}', '1.5 1.5 1.50 °C'],
    ['${__field.name} ${__field.labels.site}', 'my value north'],
    ['${__series.name}', 'frame'],
  ])('%s', (text, made) => {
    expect(interpolate(text, scoped)).toBe(made);
  });

  test('stay as they are without data', () => {
    expect(interpolate('${__data.fields.device}')).toBe('${__data.fields.device}');
  });
});
