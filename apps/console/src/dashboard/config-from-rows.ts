import {
  anyToNumber,
  FieldColorModeId,
  getFieldDisplayName,
  MappingType,
  reduceField,
  ReducerID,
  ThresholdsMode,
  type DataFrame,
  type Field,
  type FieldConfig,
  type ValueMap,
} from '@grafana/data';
import { objectOf, objectsOf, plainText, textOf, type JsonObject } from './json.js';

/** What a column of a frame says of other fields: as in the mappings of Grafana's `configFromData` and `rowsToFields`. */
export interface ColumnUse {
  readonly field: Field;
  readonly name: string;
  /** `unit`, `min`, `mappings.value`, …; undefined: nothing that is known. */
  readonly key?: string;
  readonly reducer: string;
  readonly thresholdColor: string;
}

const KEYS: ReadonlySet<string> = new Set([
  'field.name',
  'field.value',
  'field.label',
  '__ignore',
  'max',
  'min',
  'unit',
  'decimals',
  'displayname',
  'displayName',
  'color',
  'threshold1',
  'mappings.value',
  'mappings.color',
  'mappings.text',
]);

/** The use of each column: by its mapping, else by its own name. */
export function columnUses(frame: DataFrame, mappings: unknown): ColumnUse[] {
  const given = objectsOf(mappings);
  return frame.fields.map((field) => {
    const name = getFieldDisplayName(field, frame);
    const mapping = given.find((one) => one['fieldName'] === name);
    const key = mapping === undefined ? name.toLowerCase() : textOf(mapping['handlerKey']);
    const reducer = key.startsWith('mappings.') ? ReducerID.allValues : ReducerID.lastNotNull;
    return {
      field,
      name,
      ...(KEYS.has(key) ? { key } : {}),
      reducer: textOf(mapping?.['reducerId'], reducer),
      thresholdColor: textOf(thresholdOf(mapping)['color'], 'red'),
    };
  });
}

function thresholdOf(mapping: JsonObject | undefined): JsonObject {
  return objectOf(objectOf(mapping?.['handlerArguments'])['threshold']);
}

/** One value of each column, by its reducer. */
export function reducedColumns(uses: readonly ColumnUse[]): readonly (readonly [ColumnUse, unknown])[] {
  return uses.map((use) => {
    const values = reduceField({ field: { ...use.field, state: null }, reducers: [use.reducer] });
    return [use, values[use.reducer]] as const;
  });
}

/** The configuration that values of columns make. What is null, or no number where one is needed, says nothing. */
export function configOf(columns: readonly (readonly [ColumnUse, unknown])[]): FieldConfig {
  const config: FieldConfig = {};
  const lists: Record<string, readonly unknown[]> = {};
  for (const [{ key, thresholdColor }, value] of columns) {
    if (key === undefined || value === null || value === undefined) continue;
    const number = anyToNumber(value);
    if (key === 'unit') config.unit = plainText(value);
    else if (key === 'displayName' || key === 'displayname') config.displayName = plainText(value);
    else if (key === 'color') config.color = { mode: FieldColorModeId.Fixed, fixedColor: plainText(value) };
    else if (key.startsWith('mappings.')) {
      if (Array.isArray(value)) lists[key] = value;
    } else if (Number.isNaN(number)) continue;
    else if (key === 'min') config.min = number;
    else if (key === 'max') config.max = number;
    else if (key === 'decimals' && Number.isInteger(number) && number >= 0) config.decimals = number;
    else if (key === 'threshold1') {
      config.thresholds ??= { mode: ThresholdsMode.Absolute, steps: [] };
      config.thresholds.steps.push({ value: number, color: thresholdColor });
    }
  }
  const mapped = lists['mappings.value'];
  if (mapped !== undefined) config.mappings = [valueMapOf(mapped, lists)];
  return config;
}

function valueMapOf(
  values: readonly unknown[],
  lists: Readonly<Record<string, readonly unknown[]>>,
): ValueMap {
  const options = values.flatMap((value, index) => {
    if (value === null || value === undefined) return [];
    const color = lists['mappings.color']?.[index];
    const text = lists['mappings.text']?.[index];
    const result = {
      index,
      ...(typeof color === 'string' ? { color } : {}),
      ...(typeof text === 'string' ? { text } : {}),
    };
    return [[plainText(value), result] as const];
  });
  return { type: MappingType.ValueToText, options: Object.fromEntries(options) };
}
