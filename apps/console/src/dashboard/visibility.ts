import {
  ByNamesMatcherMode,
  FieldMatcherID,
  FieldType,
  getFieldDisplayName,
  type DataFrame,
  type FieldConfigSource,
} from '@grafana/data';

/** Names of the series that are shown; undefined: all. */
export type VisibleSeries = readonly string[] | undefined;

/**
 * After a click in a legend: `select` shows the one alone, and all again where it is alone already; `append` (with Ctrl or Shift)
 * hides or shows the one; `setExactly` shows what is given. As in Grafana.
 */
export function toggleSeries(
  visible: VisibleSeries,
  labels: string | readonly string[] | null,
  mode: 'select' | 'append' | 'setExactly',
  all: readonly string[],
): VisibleSeries {
  if (labels === null) return undefined;
  const given = typeof labels === 'string' ? [labels] : labels;
  if (mode === 'setExactly') return given.length === 0 ? undefined : given;
  if (mode === 'select') {
    const isAlone = visible?.length === given.length && given.every((label) => visible.includes(label));
    return isAlone ? undefined : given;
  }
  const shown = new Set(visible ?? all);
  for (const label of given) {
    if (!shown.delete(label)) shown.add(label);
  }
  return shown.size === 0 || all.every((label) => shown.has(label)) ? undefined : [...shown];
}

/** Names of all series, as legends have them. */
export function seriesNames(frames: readonly DataFrame[]): string[] {
  const all = [...frames];
  return all.flatMap((frame) =>
    frame.fields
      .filter(({ type }) => type !== FieldType.time)
      .map((field) => getFieldDisplayName(field, frame, all)),
  );
}

/** The configuration with an override that takes all other series out of the picture; they stay in the legend. */
export function withVisibility(config: FieldConfigSource, visible: VisibleSeries): FieldConfigSource {
  if (visible === undefined) return config;
  return {
    ...config,
    overrides: [
      ...config.overrides,
      {
        matcher: {
          id: FieldMatcherID.byNames,
          options: {
            mode: ByNamesMatcherMode.exclude,
            names: [...visible],
            prefix: 'All except:',
            readOnly: true,
          },
        },
        properties: [{ id: 'custom.hideFrom', value: { viz: true, legend: false, tooltip: true } }],
      },
    ],
  };
}
