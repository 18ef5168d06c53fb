import type { DataFrame } from '@grafana/data';

/** An annotation, ready to be drawn. */
export interface AnnotationMark {
  /** Epoch milliseconds. */
  readonly from: number;
  /** Epoch milliseconds; absent for a point in time. */
  readonly to?: number;
  /** A name of Grafana's palette, or CSS. Absent: the default colour of annotations. */
  readonly color?: string;
  readonly title: string;
  readonly text: string;
  readonly tags: readonly string[];
}

/**
 * The annotations of the frames, oldest first. Fields as Grafana has them: `time`, and where known `timeEnd`, `title`,
 * `text`, `tags` (a list, or words with commas between) and `color`. Rows without a time are left out.
 */
export function annotationMarks(frames: readonly DataFrame[]): readonly AnnotationMark[] {
  return frames.flatMap(marksOf).toSorted((a, b) => a.from - b.from);
}

function marksOf(frame: DataFrame): AnnotationMark[] {
  const columns = new Map<string, readonly unknown[]>(
    frame.fields.map((field) => [field.name, field.values]),
  );
  const times = columns.get('time') ?? [];
  const marks: AnnotationMark[] = [];
  times.forEach((time, row) => {
    if (typeof time !== 'number' || !Number.isFinite(time)) return;
    const end = columns.get('timeEnd')?.[row];
    const color = columns.get('color')?.[row];
    marks.push({
      from: time,
      ...(typeof end === 'number' && end > time ? { to: end } : {}),
      ...(typeof color === 'string' && color !== '' ? { color } : {}),
      title: words(columns.get('title')?.[row]),
      text: words(columns.get('text')?.[row]),
      tags: tagsOf(columns.get('tags')?.[row]),
    });
  });
  return marks;
}

function words(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

function tagsOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : words(value).split(',');
  return list.map((tag) => words(tag).trim()).filter((tag) => tag !== '');
}
