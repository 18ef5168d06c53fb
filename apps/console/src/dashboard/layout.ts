import type { GridPos, PanelModel, RowModel, SectionModel } from './dashboard-model.js';

/** Variables that have a value of their own in a panel or row that is repeated. */
export type ScopedValues = Readonly<Record<string, { readonly value: string; readonly text: string }>>;

/** A panel at its place, once for each value where it is repeated. */
export interface PlacedPanel {
  /** Unique in the dashboard, and the same as long as the values are: the panel's ID, with the values it is repeated for. */
  readonly key: string;
  readonly panel: PanelModel;
  readonly scoped: ScopedValues;
  /** In units of the grid, from the top of its section; `w` and `x` may be fractions. */
  readonly place: GridPos;
}

export interface PlacedSection {
  readonly key: string;
  readonly row?: RowModel;
  readonly scoped: ScopedValues;
  readonly panels: readonly PlacedPanel[];
  /** Of all panels, in units of the grid. */
  readonly height: number;
}

/** What is chosen of a variable, `All` spelt out; undefined where it is not known yet. */
export type ChosenOptions = (
  name: string,
) => readonly { readonly value: string; readonly text: string }[] | undefined;

const COLUMNS = 24;

/** Repeats rows and panels, and puts panels where Grafana would: upwards as far as they can go. */
export function layOut(sections: readonly SectionModel[], chosen: ChosenOptions): PlacedSection[] {
  return sections.flatMap(({ row, panels }) => {
    const values = row?.repeat === undefined ? undefined : chosen(row.repeat);
    const name = row?.repeat;
    const repeats: ScopedValues[] =
      name === undefined || values === undefined || values.length === 0
        ? [{}]
        : values.map((value) => ({ [name]: value }));
    return repeats.map((scoped): PlacedSection => {
      const placed = compact(panels.reduce(repeatPanels(scoped, chosen), []));
      return {
        key: `${row?.id ?? 'top'}${suffix(scoped)}`,
        row,
        scoped,
        panels: placed,
        height: Math.max(0, ...placed.map(({ place }) => place.y + place.h)),
      };
    });
  });
}

/** A repeated panel takes the full width (or goes down), and moves down what is below it. */
function repeatPanels(scoped: ScopedValues, chosen: ChosenOptions) {
  let movedBy = 0;
  return (placed: readonly PlacedPanel[], panel: PanelModel): PlacedPanel[] => {
    const { x, w, h } = panel.gridPos;
    const y = panel.gridPos.y + movedBy;
    const name = panel.repeat;
    const values = name === undefined || name in scoped ? undefined : chosen(name);
    // Nothing to repeat it for: its query would have a gap where the value belongs.
    if (values?.length === 0) return [...placed];
    if (name === undefined || values === undefined) {
      return [...placed, { key: `${panel.id}${suffix(scoped)}`, panel, scoped, place: { x, y, w, h } }];
    }
    const isVertical = panel.repeatDirection === 'v';
    const lines = isVertical ? values.length : Math.ceil(values.length / panel.maxPerRow);
    const columns = Math.ceil(values.length / lines);
    movedBy += (lines - 1) * h;
    const clones = values.map((value, index): PlacedPanel => {
      const own = { ...scoped, [name]: value };
      const place = isVertical
        ? { x, y: y + index * h, w, h }
        : {
            x: (index % columns) * (COLUMNS / columns),
            y: y + Math.floor(index / columns) * h,
            w: COLUMNS / columns,
            h,
          };
      return { key: `${panel.id}${suffix(own)}`, panel, scoped: own, place };
    });
    return [...placed, ...clones];
  };
}

function suffix(scoped: ScopedValues): string {
  return Object.entries(scoped)
    .map(([name, { value }]) => `:${name}=${value}`)
    .join('');
}

function compact(panels: readonly PlacedPanel[]): PlacedPanel[] {
  const placed: PlacedPanel[] = [];
  for (const panel of panels.toSorted((a, b) => a.place.y - b.place.y || a.place.x - b.place.x)) {
    const { x, w } = panel.place;
    const above = placed.filter(({ place }) => place.x < x + w && x < place.x + place.w);
    const y = Math.max(0, ...above.map(({ place }) => place.y + place.h));
    placed.push({ ...panel, place: { ...panel.place, y } });
  }
  return placed;
}

/** As Grafana's grid. */
export const ROW_PX = 30;
export const GAP_PX = 8;

/** Pixels of `units` rows of the grid, with the gaps between them. */
export function heightPx(units: number): number {
  return units <= 0 ? 0 : units * (ROW_PX + GAP_PX) - GAP_PX;
}

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Where the panels of a section are drawn, and how high it is; `isNarrow`: one below the other, each over the full width. */
export function rectangles(
  panels: readonly PlacedPanel[],
  widthPx: number,
  isNarrow: boolean,
): { readonly rectangles: readonly Rectangle[]; readonly height: number } {
  if (isNarrow) {
    let top = 0;
    const list = panels.map(({ place }) => {
      const rectangle = { left: 0, top, width: widthPx, height: heightPx(place.h) };
      top += rectangle.height + GAP_PX;
      return rectangle;
    });
    return { rectangles: list, height: Math.max(0, top - GAP_PX) };
  }
  const columnPx = (widthPx + GAP_PX) / COLUMNS;
  const list = panels.map(({ place }) => {
    const left = Math.round(place.x * columnPx);
    return {
      left,
      top: place.y * (ROW_PX + GAP_PX),
      width: Math.round((place.x + place.w) * columnPx) - GAP_PX - left,
      height: heightPx(place.h),
    };
  });
  return { rectangles: list, height: Math.max(0, ...list.map(({ top, height }) => top + height)) };
}
