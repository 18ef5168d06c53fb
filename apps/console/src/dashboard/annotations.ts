import { FieldType, type DataFrame, type Field, type GrafanaTheme2 } from '@grafana/data';
import { plainText } from './json.js';
import type { AnnotationModel } from './dashboard-model.js';

/** What becomes of the columns of an annotation's query. */
const COLUMNS = ['time', 'timeEnd', 'title', 'text', 'tags', 'id'] as const;

/**
 * Rows of an annotation's query as Grafana hands them to panels: `time`, `timeEnd`, `title`, `text`, `tags` (a list), `color`,
 * `isRegion`. Columns are found by name in any case; without one, the first time and the first text. Rows without a time are left out.
 */
export function annotationFrame(
  annotation: AnnotationModel,
  frames: readonly DataFrame[],
  theme: GrafanaTheme2,
): DataFrame {
  const rows = frames.flatMap((frame) => rowsOf(frame));
  const color = theme.visualization.getColorByName(annotation.color);
  const field = (name: string, type: FieldType, values: unknown[]): Field => ({
    name,
    type,
    config: {},
    values,
  });
  return {
    name: annotation.name,
    length: rows.length,
    meta: { dataTopic: 'annotations' as never },
    fields: [
      field(
        'time',
        FieldType.time,
        rows.map(({ time }) => time),
      ),
      field(
        'timeEnd',
        FieldType.time,
        rows.map(({ timeEnd }) => timeEnd),
      ),
      field(
        'title',
        FieldType.string,
        rows.map(({ title }) => title),
      ),
      field(
        'text',
        FieldType.string,
        rows.map(({ text }) => text),
      ),
      field(
        'tags',
        FieldType.other,
        rows.map(({ tags }) => tags),
      ),
      field(
        'id',
        FieldType.string,
        rows.map(({ id }) => id),
      ),
      field(
        'color',
        FieldType.string,
        rows.map(() => color),
      ),
      field(
        'isRegion',
        FieldType.boolean,
        rows.map(({ time, timeEnd }) => timeEnd > time),
      ),
      field(
        'source',
        FieldType.string,
        rows.map(() => annotation.name),
      ),
    ],
  };
}

interface Row {
  readonly time: number;
  readonly timeEnd: number;
  readonly title: string;
  readonly text: string;
  readonly tags: readonly string[];
  readonly id: string;
}

function rowsOf({ fields, length }: DataFrame): Row[] {
  const byName = new Map(fields.map((field) => [field.name.toLowerCase(), field]));
  const columns = Object.fromEntries(COLUMNS.map((name) => [name, byName.get(name.toLowerCase())]));
  const time = columns['time'] ?? fields.find(({ type }) => type === FieldType.time);
  const text = columns['text'] ?? fields.find(({ type }) => type === FieldType.string);
  return Array.from({ length }, (_, row) => row).flatMap((row): Row[] => {
    const start: unknown = time?.values[row];
    if (typeof start !== 'number') return [];
    const end: unknown = columns['timeEnd']?.values[row];
    const tags: unknown = columns['tags']?.values[row];
    return [
      {
        time: start,
        timeEnd: typeof end === 'number' && end >= start ? end : start,
        title: String(columns['title']?.values[row] ?? ''),
        text: String(text?.values[row] ?? ''),
        tags: (Array.isArray(tags) ? tags.map(plainText) : plainText(tags).split(','))
          .map((tag) => tag.trim())
          .filter((tag) => tag !== ''),
        id: String(columns['id']?.values[row] ?? ''),
      },
    ];
  });
}

/** Whether an annotation is drawn in a panel. */
export function isForPanel({ only }: AnnotationModel, panelId: number): boolean {
  return only === undefined || only.ids.includes(panelId) !== only.isExclusion;
}
