import { expect, test } from '@jest/globals';
import { createTheme, FieldType, toDataFrame } from '@grafana/data';
import { annotationFrame, isForPanel } from './annotations.js';

const annotation = { name: 'Alerts', isEnabled: true, isHidden: false, color: 'red', text: '' };

test('rows become events and regions, with the colour of the theme', () => {
  const theme = createTheme();
  const rows = toDataFrame({
    fields: [
      { name: 'time', type: FieldType.time, values: [10, 20, null] },
      { name: 'timeend', type: FieldType.time, values: [15, null, 30] },
      { name: 'text', values: ['hot', 'cold', 'lost'] },
      { name: 'tags', values: ['a, b', null, ''] },
    ],
  });
  const frame = annotationFrame(annotation, [rows], theme);
  const values = Object.fromEntries(frame.fields.map((field) => [field.name, field.values]));
  expect(values).toMatchObject({
    time: [10, 20],
    timeEnd: [15, 20],
    text: ['hot', 'cold'],
    tags: [['a', 'b'], []],
    isRegion: [true, false],
    color: [theme.visualization.getColorByName('red'), theme.visualization.getColorByName('red')],
  });
});

test.each([
  [undefined, 1, true],
  [{ ids: [1], isExclusion: false }, 1, true],
  [{ ids: [1], isExclusion: false }, 2, false],
  [{ ids: [1], isExclusion: true }, 1, false],
])('for panels %j: panel %d %s', (only, panel, is) => {
  expect(isForPanel({ ...annotation, ...(only === undefined ? {} : { only }) }, panel)).toBe(is);
});
