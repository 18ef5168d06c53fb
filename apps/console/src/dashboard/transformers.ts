import {
  cacheFieldDisplayNames,
  DataTopic,
  DataTransformerID,
  FieldMatcherID,
  FieldType,
  getFieldDisplayName,
  getFieldMatcher,
  standardTransformers,
  standardTransformersRegistry,
  type TransformerCategory,
  transformDataFrame,
  type DataFrame,
  type DataTransformerConfig,
  type DataTransformerInfo,
  type Field,
  type InterpolateFunction,
  type Labels,
  type MatcherConfig,
} from '@grafana/data';
import { firstValueFrom, map } from 'rxjs';
import { columnUses, configOf, reducedColumns } from './config-from-rows.js';
import { isObject, objectOf, plainText, textsOf, type JsonObject } from './json.js';

type Transform = (frames: readonly DataFrame[], options: JsonObject) => DataFrame[];

/** Of Grafana's transformations those that are in its core, and not in `@grafana/data`. */
const CORE: Readonly<Record<string, Transform>> = {
  [DataTransformerID.configFromData]: configFromData,
  [DataTransformerID.rowsToFields]: (frames, options) => frames.map((frame) => rowsToFields(frame, options)),
  [DataTransformerID.partitionByValues]: partitionByValues,
  [DataTransformerID.prepareTimeSeries]: (frames) => [...frames],
};

let isRegistered = false;

function register(): void {
  if (isRegistered) return;
  isRegistered = true;
  const all: DataTransformerInfo[] = [
    ...new Set(Object.values(standardTransformers)),
    ...Object.entries(CORE).map(([id, transform]): DataTransformerInfo<JsonObject> => ({
      id,
      name: id,
      defaultOptions: {},
      operator: (options) => (source) => source.pipe(map((frames) => transform(frames, options))),
    })),
  ];
  standardTransformersRegistry.setInit(() =>
    all.map((transformer) => ({
      id: transformer.id,
      name: transformer.name,
      aliasIds: transformer === standardTransformers.joinByFieldTransformer ? ['seriesToColumns'] : [],
      transformation: async () => transformer,
      categories: new Set<TransformerCategory>(),
      // The editor's; the console has none.
      editor: () => null,
      imageDark: '',
      imageLight: '',
    })),
  );
}

/** Applies a panel's transformations, one after the other. @throws Error which names the one that is unknown or fails */
export async function transformFrames(
  frames: readonly DataFrame[],
  transformations: readonly DataTransformerConfig[],
  interpolate: InterpolateFunction,
): Promise<DataFrame[]> {
  register();
  const active = transformations.filter(
    ({ disabled, topic }) => disabled !== true && topic !== DataTopic.Annotations,
  );
  const unknown = active.find(({ id }) => standardTransformersRegistry.getIfExists(id) === undefined);
  if (unknown !== undefined)
    throw new Error(`The transformation "${unknown.id}" is not known to the console.`);
  if (active.length === 0) return [...frames];
  return firstValueFrom(transformDataFrame([...active], [...frames], { interpolate }));
}

/** Puts what one query says (unit, limits, colours) into the fields of the others. */
export function configFromData(frames: readonly DataFrame[], options: JsonObject): DataFrame[] {
  const source = frames.find(({ refId }) => refId === options['configRefId']);
  if (source === undefined) return [...frames];
  const config = configOf(reducedColumns(columnUses(source, options['mappings'])));
  const applies = getFieldMatcher(matcherOf(options['applyTo']) ?? { id: FieldMatcherID.numeric });
  return frames
    .filter((frame) => frame !== source || frames.length === 1)
    .map((frame) =>
      Object.assign({}, frame, {
        fields: frame.fields.map((field) =>
          applies(field, frame, [...frames])
            ? Object.assign({}, field, { config: { ...field.config, ...config } })
            : field,
        ),
      }),
    );
}

function matcherOf(value: unknown): MatcherConfig | undefined {
  const { id, options } = objectOf(value);
  return typeof id === 'string' ? { id, options } : undefined;
}

/** Makes each row a field: its name, value, configuration and labels are the row's columns. */
export function rowsToFields(frame: DataFrame, options: JsonObject): DataFrame {
  const uses = columnUses(frame, options['mappings']);
  const byKey = (key: string, type: FieldType): Field | undefined =>
    (
      uses.find((use) => use.key === key) ??
      uses.find((use) => use.key === undefined && use.field.type === type)
    )?.field;
  const names = byKey('field.name', FieldType.string);
  const values = byKey('field.value', FieldType.number);
  if (names === undefined || values === undefined) return frame;
  const rest = uses.filter(({ field }) => field !== names && field !== values);
  const fields = names.values.map((name: unknown, row): Field => {
    const labels: Labels = {};
    for (const { field, name: label, key } of rest) {
      const value: unknown = field.values[row];
      if ((key === undefined || key === 'field.label') && value !== null && value !== undefined)
        labels[label] = plainText(value);
    }
    return {
      name: String(name),
      type: values.type,
      config: configOf(rest.map((use) => [use, use.field.values[row]] as const)),
      values: [values.values[row]],
      labels,
    };
  });
  return { ...frame, fields, length: 1 };
}

/** Makes a frame of the rows of each combination of values of some fields. */
export function partitionByValues(frames: readonly DataFrame[], options: JsonObject): DataFrame[] {
  const [frame] = frames;
  const wanted = new Set(textsOf(options['fields']));
  if (frame === undefined || wanted.size === 0) return [...frames];
  const keys = frame.fields.filter((field) => wanted.has(getFieldDisplayName(field, frame)));
  if (keys.length === 0) return [...frames];
  const rowsOf = new Map<string, number[]>();
  for (let row = 0; row < frame.length; row++) {
    const key = JSON.stringify(keys.map(({ values }) => values[row]));
    const rows = rowsOf.get(key);
    if (rows === undefined) rowsOf.set(key, [row]);
    else rows.push(row);
  }
  const kept =
    options['keepFields'] === true ? frame.fields : frame.fields.filter((field) => !keys.includes(field));
  const naming = isObject(options['naming']) ? options['naming'] : {};
  const partitions = [...rowsOf.values()].map((rows): DataFrame => {
    const pairs = keys.map(({ name, values }) => [name, String(values[rows[0] ?? 0])] as const);
    const { name, labels } =
      naming['asLabels'] === false
        ? named(pairs, naming, frame)
        : { name: frame.name, labels: Object.fromEntries(pairs) };
    return Object.assign({}, frame, {
      name,
      length: rows.length,
      fields: kept.map((field) =>
        Object.assign({}, field, {
          config: { ...field.config },
          labels: { ...field.labels, ...labels },
          state: null,
          values: rows.map((row): unknown => field.values[row]),
        }),
      ),
    });
  });
  cacheFieldDisplayNames(partitions);
  return partitions;
}

function named(
  pairs: readonly (readonly [string, string])[],
  naming: JsonObject,
  frame: DataFrame,
): { readonly name: string; readonly labels: Labels } {
  const [between = '=', after = ' '] = [naming['separator1'], naming['separator2']].map((one) =>
    typeof one === 'string' ? one : undefined,
  );
  const name = pairs
    .map(([key, value]) => (naming['withNames'] === true ? `${key}${between}${value}` : value))
    .join(after);
  return { name: naming['append'] === true && frame.name ? `${frame.name} ${name}` : name, labels: {} };
}
