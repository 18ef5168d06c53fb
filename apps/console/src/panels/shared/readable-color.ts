import { colorManipulator, type DisplayValue, type Field, type GrafanaTheme2 } from '@grafana/data';

/** Contrast that WCAG AA asks of text. */
export const TEXT_CONTRAST = 4.5;

const STEP = 0.06;
const MAX_STEPS = 20;

/**
 * The colour, made darker on a light background, or lighter on a dark one, until text in it can be read. Grafana's palette
 * is made for areas and lines; its yellow or orange as text on white is not legible for everybody.
 */
export function readableColor(color: string, background: string, contrast: number): string {
  let readable = color;
  try {
    const isLight = colorManipulator.getLuminance(background) > 0.5;
    for (let step = 0; step < MAX_STEPS; step++) {
      if (colorManipulator.getContrastRatio(readable, background) >= contrast) return readable;
      readable = isLight ? colorManipulator.darken(readable, STEP) : colorManipulator.lighten(readable, STEP);
    }
  } catch {
    // Not a colour in a notation that is known here: as it is.
    return color;
  }
  return readable;
}

/** A value with a colour in which its text can be read on a panel. */
export function readableValue<T extends DisplayValue>(value: T, theme: GrafanaTheme2, contrast: number): T {
  if (value.color === undefined) return value;
  return { ...value, color: readableColor(value.color, theme.colors.background.primary, contrast) };
}

/** A field whose values' colours can be read as text on a panel. */
export function readableField(field: Field, theme: GrafanaTheme2): Field {
  const { display } = field;
  if (display === undefined) return field;
  return {
    ...field,
    display: (value, decimals) => readableValue(display(value, decimals), theme, TEXT_CONTRAST),
  };
}
