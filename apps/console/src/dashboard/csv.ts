import { FieldType, toCSV, type DataFrame } from '@grafana/data';

/** Saves frames as CSV, one after the other, with times in ISO 8601. */
export function downloadCsv(frames: readonly DataFrame[], title: string): void {
  const text = csvOf(frames);
  // Spreadsheets take a file with this mark for UTF-8.
  const url = URL.createObjectURL(new Blob(['\uFEFF', text], { type: 'text/csv;charset=utf-8' }));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = `${fileName(title)}-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.csv`;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export function csvOf(frames: readonly DataFrame[]): string {
  const plain = frames.map((frame) => ({
    ...frame,
    // Values as they are, not as they are shown; times are readable in both.
    fields: frame.fields.map(({ name, type, config, labels, values }) => {
      const isTime = type === FieldType.time;
      return {
        name,
        config,
        labels,
        type: isTime ? FieldType.string : type,
        values: isTime ? values.map(isoTime) : values,
      };
    }),
  }));
  return toCSV(plain);
}

function isoTime(ms: unknown): unknown {
  return typeof ms === 'number' ? new Date(ms).toISOString() : ms;
}

function fileName(title: string): string {
  return title.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'panel';
}
