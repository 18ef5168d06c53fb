import { describe, expect, test } from '@jest/globals';
import { readDashboard } from './dashboard-model.js';
import { heightPx, layOut, rectangles } from './layout.js';

const panel = (id: number, x: number, y: number, w: number, h: number, more: object = {}) => ({
  id,
  type: 'stat',
  gridPos: { x, y, w, h },
  ...more,
});
const options = (...values: string[]) => values.map((value) => ({ value, text: value }));
const sectionsOf = (panels: readonly object[], chosen = options('a', 'b', 'c')) =>
  layOut(readDashboard('x', { panels }).sections, (name) => (name === 'metric' ? chosen : undefined));
const places = (panels: readonly object[], chosen?: ReturnType<typeof options>) =>
  sectionsOf(panels, chosen).map(({ panels: placed }) =>
    placed.map(({ key, place: { x, y, w, h } }) => [key, x, y, w, h]),
  );

describe('places of panels', () => {
  test('gaps close upwards, as in Grafana', () => {
    expect(places([panel(1, 0, 5, 12, 4), panel(2, 12, 0, 12, 3), panel(3, 0, 30, 24, 2)])).toEqual([
      [
        ['2', 12, 0, 12, 3],
        ['1', 0, 0, 12, 4],
        ['3', 0, 4, 24, 2],
      ],
    ]);
  });

  test('a repeated panel takes the full width and moves down what is below', () => {
    const repeated = panel(1, 0, 0, 12, 4, { repeat: 'metric', maxPerRow: 2 });
    expect(places([repeated, panel(2, 0, 4, 24, 2)])).toEqual([
      [
        ['1:metric=a', 0, 0, 12, 4],
        ['1:metric=b', 12, 0, 12, 4],
        ['1:metric=c', 0, 4, 12, 4],
        ['2', 0, 8, 24, 2],
      ],
    ]);
  });

  test('one that repeats downwards keeps its column', () => {
    const repeated = panel(1, 6, 0, 6, 3, { repeat: 'metric', repeatDirection: 'v' });
    expect(places([repeated], options('a', 'b'))).toEqual([
      [
        ['1:metric=a', 6, 0, 6, 3],
        ['1:metric=b', 6, 3, 6, 3],
      ],
    ]);
  });

  test('while the values of its variable are unknown it stands once, and without any it is not there', () => {
    expect(places([panel(1, 0, 0, 12, 4, { repeat: 'other' })])).toEqual([[['1', 0, 0, 12, 4]]]);
    expect(places([panel(1, 0, 0, 12, 4, { repeat: 'metric' })], [])).toEqual([[]]);
  });

  test('rows begin sections, repeated ones several', () => {
    const sections = sectionsOf(
      [
        panel(1, 0, 0, 24, 4),
        { type: 'row', id: 9, title: '$metric', repeat: 'metric', gridPos: { x: 0, y: 4, w: 24, h: 1 } },
        panel(2, 0, 5, 24, 4),
      ],
      options('a', 'b'),
    );
    expect(sections.map(({ key, height }) => [key, height])).toEqual([
      ['top', 4],
      ['9:metric=a', 4],
      ['9:metric=b', 4],
    ]);
    expect(sections[1]?.panels[0]?.key).toBe('2:metric=a');
  });

  test('a collapsed row has its panels with it', () => {
    const row = {
      type: 'row',
      id: 9,
      collapsed: true,
      gridPos: { x: 0, y: 0, w: 24, h: 1 },
      panels: [panel(2, 0, 1, 24, 4)],
    };
    expect(sectionsOf([row])[0]).toMatchObject({ row: { isCollapsed: true }, height: 4 });
  });
});

describe('pixels', () => {
  const [section] = sectionsOf([panel(1, 0, 0, 8, 4), panel(2, 8, 0, 16, 4), panel(3, 0, 4, 24, 2)]);
  const panels = section?.panels ?? [];

  test('columns fill the width with 8 px between them', () => {
    const { rectangles: drawn, height } = rectangles(panels, 1_192, false);
    expect(drawn.map(({ left, width }) => [left, width])).toEqual([
      [0, 392],
      [400, 792],
      [0, 1_192],
    ]);
    expect(height).toBe(heightPx(6));
    expect(heightPx(6)).toBe(6 * 38 - 8);
  });

  test('one below the other on a narrow screen', () => {
    const { rectangles: drawn } = rectangles(panels, 374, true);
    expect(drawn.map(({ left, top, width }) => [left, top, width])).toEqual([
      [0, 0, 374],
      [0, 152, 374],
      [0, 304, 374],
    ]);
  });
});
