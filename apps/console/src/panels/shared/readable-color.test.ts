import { describe, expect, it } from '@jest/globals';
import { colorManipulator } from '@grafana/data';
import { readableColor } from './readable-color.js';

describe('readableColor', () => {
  it.each([
    ['#ff780a', '#ffffff', 4.5],
    ['#56a64b', '#ffffff', 4.5],
    ['#fade2a', '#ffffff', 4.5],
    ['#fade2a', '#ffffff', 3],
    ['#1f60c4', '#181b1f', 4.5],
    ['rgb(31, 96, 196)', '#181b1f', 4.5],
  ])('%s on %s reaches %d', (color, background, contrast) => {
    const readable = readableColor(color, background, contrast);
    expect(colorManipulator.getContrastRatio(readable, background)).toBeGreaterThanOrEqual(contrast);
  });

  it.each([
    ['what can be read', '#000000', '#ffffff'],
    ['what is no colour', 'sunny', '#ffffff'],
    ['nothing', '', '#ffffff'],
  ])('leaves %s as it is', (_name, color, background) => {
    expect(readableColor(color, background, 4.5)).toBe(color);
  });
});
