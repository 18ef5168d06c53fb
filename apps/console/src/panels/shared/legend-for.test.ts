import { describe, expect, it } from '@jest/globals';
import { LegendDisplayMode } from '@grafana/schema';
import { legendFor } from './legend-for.js';

describe('legendFor', () => {
  it.each([
    ['right', 900, 'right'],
    ['right', 390, 'bottom'],
    ['bottom', 900, 'bottom'],
    ['bottom', 390, 'bottom'],
  ] as const)('%s in %d pixels is %s', (placement, width, expected) => {
    const legend = { showLegend: true, displayMode: LegendDisplayMode.List, placement, calcs: [] };
    expect(legendFor(legend, width).placement).toBe(expected);
  });
});
