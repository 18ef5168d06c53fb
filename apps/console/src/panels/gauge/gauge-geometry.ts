/** `gauge` is an arc that is open at the bottom; `circle` a whole ring. */
export type GaugeShape = 'gauge' | 'circle';

/** Where the parts of a gauge lie, in pixels. Angles are in degrees, clockwise from the top. */
export interface GaugeGeometry {
  readonly centerX: number;
  readonly centerY: number;
  /** Of the middle of the bar. */
  readonly radius: number;
  readonly barWidth: number;
  /** Of the middle of the thin ring of thresholds around the bar; 0 without one. */
  readonly markersRadius: number;
  readonly markersWidth: number;
  /** Of the threshold labels around it all; 0 without labels. */
  readonly labelsRadius: number;
  readonly labelsFontSize: number;
  readonly startAngle: number;
  readonly angleRange: number;
}

/** The largest gauge that fits into `width` by `height`. `barWidthFactor` is the bar's share of a third of the radius. */
export function gaugeGeometry(options: {
  readonly width: number;
  readonly height: number;
  readonly shape: GaugeShape;
  readonly barWidthFactor: number;
  readonly isRounded: boolean;
  readonly hasMarkers: boolean;
  readonly hasLabels: boolean;
}): GaugeGeometry {
  const { width, height, shape, barWidthFactor, isRounded, hasMarkers, hasLabels } = options;
  const [startAngle, angleRange] = shape === 'gauge' ? [-110, 220] : [0, 360];
  // The arc's ends lie this share of the radius below its centre.
  const below = shape === 'gauge' ? Math.sin(radians(startAngle + angleRange - 90)) : 1;
  // Round ends, and labels at the ends, reach further down.
  const ends = shape === 'circle' ? 0 : (isRounded ? barWidthFactor / 6 : 0) + (hasLabels ? 0.08 : 0);
  const outer = Math.max(4, Math.min(width / 2, height / (1 + below + ends)));
  const barWidth = Math.max((barWidthFactor * outer) / 3, 2);
  const labelsFontSize = hasLabels ? Math.max(9, Math.min(14, outer * 0.11)) : 0;
  let radius = outer;
  if (hasLabels) radius -= labelsFontSize * 1.5;
  const labelsRadius = hasLabels ? radius + labelsFontSize * 0.5 : 0;
  const markersWidth = hasMarkers ? clamp(barWidth * 0.16, 3, 8) : 0;
  const markersRadius = hasMarkers ? radius - markersWidth / 2 : 0;
  if (hasMarkers) radius -= markersWidth + clamp(markersWidth / 2, 2, 4);
  return {
    centerX: width / 2,
    centerY: (height - outer * (1 + below + ends)) / 2 + outer,
    radius: Math.max(1, radius - barWidth / 2),
    barWidth,
    markersRadius: Math.max(0, markersRadius),
    markersWidth,
    labelsRadius,
    labelsFontSize,
    startAngle,
    angleRange,
  };
}

/** The part of a gauge, 0 to 1, that a value fills; 0 where the value or the limits are no numbers. */
export function fillOf(value: number, min: number, max: number): number {
  if (!Number.isFinite(value) || !(max > min))
    return Number.isFinite(value) && value >= max && max === min ? 1 : 0;
  return clamp((value - min) / (max - min), 0, 1);
}

/** SVG path of an arc around the gauge's centre, both ends as parts, 0 to 1, of the gauge. */
export function arcPath(geometry: GaugeGeometry, radius: number, from: number, to: number): string {
  const { startAngle, angleRange } = geometry;
  // An arc of a whole turn begins where it ends and would draw nothing.
  const sweep = Math.min((to - from) * angleRange, 359.99);
  const begin = startAngle + from * angleRange;
  const a = pointAt(geometry, radius, begin);
  const b = pointAt(geometry, radius, begin + sweep);
  return `M ${round(a.x)} ${round(a.y)} A ${round(radius)} ${round(radius)} 0 ${sweep > 180 ? 1 : 0} 1 ${round(b.x)} ${round(b.y)}`;
}

/** The point at an angle around the gauge's centre. */
export function pointAt(
  { centerX, centerY }: Pick<GaugeGeometry, 'centerX' | 'centerY'>,
  radius: number,
  angle: number,
): { readonly x: number; readonly y: number } {
  const rad = radians(angle - 90);
  return { x: centerX + radius * Math.cos(rad), y: centerY + radius * Math.sin(rad) };
}

/**
 * Cuts 0 to 1 at the given places: the pieces between, in order. Places outside and repeated ones are left out.
 */
export function pieces(cuts: readonly number[]): readonly { readonly from: number; readonly to: number }[] {
  const inside = [...new Set(cuts.filter((cut) => cut > 0 && cut < 1))].toSorted((a, b) => a - b);
  return [0, ...inside].map((from, index) => ({ from, to: inside[index] ?? 1 }));
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
