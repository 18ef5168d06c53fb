import { describe, expect, it } from '@jest/globals';
import { arcPath, fillOf, gaugeGeometry, pieces, pointAt } from './gauge-geometry.js';

const plain = {
  shape: 'gauge',
  barWidthFactor: 0.5,
  isRounded: false,
  hasMarkers: false,
  hasLabels: false,
} as const;

describe('fillOf', () => {
  it.each([
    [50, 0, 100, 0.5],
    [-5, 0, 100, 0],
    [500, 0, 100, 1],
    [0, -100, 100, 0.5],
    [5, 5, 5, 1],
    [4, 5, 5, 0],
    [Number.NaN, 0, 100, 0],
    [Number.POSITIVE_INFINITY, 0, 100, 0],
    [5, Number.NaN, 100, 0],
  ])('%d between %d and %d fills %d', (value, min, max, fill) => {
    expect(fillOf(value, min, max)).toBe(fill);
  });
});

describe('gaugeGeometry', () => {
  it.each([
    ['wide', 400, 200],
    ['tall', 100, 600],
    ['square', 200, 200],
    ['tiny', 8, 8],
  ])('fits into a %s panel', (_name, width, height) => {
    for (const shape of ['gauge', 'circle'] as const) {
      const geometry = gaugeGeometry({ ...plain, shape, width, height, hasMarkers: true, hasLabels: true });
      const outer = geometry.radius + geometry.barWidth / 2;
      expect(geometry.radius).toBeGreaterThan(0);
      expect(geometry.centerX - outer).toBeGreaterThanOrEqual(-1);
      expect(geometry.centerY - outer).toBeGreaterThanOrEqual(-1);
    }
  });

  it('puts markers around the bar, and labels around them', () => {
    const geometry = gaugeGeometry({ ...plain, width: 300, height: 300, hasMarkers: true, hasLabels: true });
    expect(geometry.markersRadius).toBeGreaterThan(geometry.radius + geometry.barWidth / 2);
    expect(geometry.labelsRadius).toBeGreaterThan(geometry.markersRadius);
  });
});

describe('arcPath', () => {
  const geometry = gaugeGeometry({ ...plain, shape: 'circle', width: 200, height: 200 });

  it('takes the long way where the arc is more than half a turn', () => {
    expect(arcPath(geometry, 100, 0, 0.25)).toContain('A 100 100 0 0 1');
    expect(arcPath(geometry, 100, 0, 0.75)).toContain('A 100 100 0 1 1');
  });

  it('draws a whole turn as an arc with two ends', () => {
    const [, begin, end] = /^M (\S+ \S+) .* 1 (\S+ \S+)$/.exec(arcPath(geometry, 100, 0, 1)) ?? [];
    expect(begin).toBeDefined();
    expect(begin).not.toBe(end);
  });
});

describe('pointAt', () => {
  it.each([
    [0, 0, -10],
    [90, 10, 0],
    [180, 0, 10],
  ])('%d degrees', (angle, x, y) => {
    const point = pointAt({ centerX: 0, centerY: 0 }, 10, angle);
    expect(point.x).toBeCloseTo(x);
    expect(point.y).toBeCloseTo(y);
  });
});

describe('pieces', () => {
  it.each([
    [[], [[0, 1]]],
    [
      [0.5],
      [
        [0, 0.5],
        [0.5, 1],
      ],
    ],
    [
      [0.8, 0.2, 0.2, -1, 0, 1, 7, Number.NaN, Number.NEGATIVE_INFINITY],
      [
        [0, 0.2],
        [0.2, 0.8],
        [0.8, 1],
      ],
    ],
  ])('cuts at %j', (cuts, expected) => {
    expect(pieces(cuts).map(({ from, to }) => [from, to])).toEqual(expected);
  });
});
