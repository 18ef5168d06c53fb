import {
  displayNameOverrideProcessor,
  FieldColorModeId,
  FieldConfigOptionsRegistry,
  fieldMatchers,
  FieldType,
  identityOverrideProcessor,
  numberOverrideProcessor,
  stringOverrideProcessor,
  ThresholdsMode,
  thresholdsOverrideProcessor,
  type FieldConfigPropertyItem,
  type FieldConfigSource,
  type ThresholdsConfig,
} from '@grafana/data';
import { isObject, objectOf, type JsonObject } from './json.js';

type Item = FieldConfigPropertyItem;

function item(
  id: string,
  process: Item['process'] = identityOverrideProcessor,
  more: Partial<Item> = {},
): Item {
  return {
    id,
    path: id,
    name: id,
    process,
    shouldApply: () => true,
    // The editor's; the console has none.
    editor: () => null,
    override: () => null,
    ...more,
  };
}

const isNumber: Item['shouldApply'] = ({ type }) => type === FieldType.number;
const withVariables = { settings: { expandTemplateVars: true } };

const STANDARD: readonly Item[] = [
  item('unit'),
  item('min', numberOverrideProcessor, { shouldApply: isNumber }),
  item('max', numberOverrideProcessor, { shouldApply: isNumber }),
  item('fieldMinMax', undefined, { shouldApply: isNumber }),
  item('decimals', numberOverrideProcessor, { shouldApply: isNumber }),
  item('displayName', displayNameOverrideProcessor, withVariables),
  item('description', stringOverrideProcessor, withVariables),
  item('noValue', stringOverrideProcessor),
  item('color'),
  item('thresholds', thresholdsOverrideProcessor),
  item('mappings'),
  item('links'),
  item('actions'),
  item('filterable'),
];

/**
 * The properties of a field's configuration: Grafana's standard ones, and any below `custom.`, since only the panel that reads them
 * knows which there are.
 */
class AnyCustomProperty extends FieldConfigOptionsRegistry {
  override getIfExists(id: string | undefined): Item | undefined {
    const known = super.getIfExists(id);
    if (known !== undefined || id === undefined || !id.startsWith('custom.')) return known;
    return customItem(id);
  }
}

function customItem(id: string): Item {
  // Copied, because deeper properties are set into it field by field.
  const copy = (value: unknown): unknown => structuredClone(value);
  return item(id, copy, { path: id.slice('custom.'.length), isCustom: true });
}

/** For `applyFieldOverrides`; `custom` are the defaults below `custom`. */
export function fieldConfigRegistry(custom: object): FieldConfigOptionsRegistry {
  return new AnyCustomProperty(() => [
    ...STANDARD,
    ...Object.keys(custom).map((key) => customItem(`custom.${key}`)),
  ]);
}

/** What a type of panel brings where its JSON says nothing. */
export interface PanelDefaults {
  readonly options: object;
  readonly custom?: object;
  readonly colorMode?: string;
}

/** A panel's options over those of its type. */
export function withDefaultOptions(options: JsonObject, { options: defaults }: PanelDefaults): JsonObject {
  return merge(objectOf(structuredClone(defaults)), options);
}

/** A panel's field configuration over that of its type, with thresholds as Grafana has them in memory. */
export function withDefaultFieldConfig(
  { defaults, overrides }: FieldConfigSource,
  { custom = {}, colorMode = FieldColorModeId.Thresholds }: PanelDefaults,
): FieldConfigSource {
  const given = structuredClone(defaults);
  const color = given.color?.mode === undefined ? { mode: colorMode } : given.color;
  return {
    defaults: {
      mappings: [],
      ...given,
      color,
      thresholds: normalThresholds(given.thresholds),
      custom: merge(objectOf(structuredClone(custom)), objectOf(given.custom)),
    },
    overrides: overridesOf(overrides),
  };
}

function overridesOf(overrides: FieldConfigSource['overrides']): FieldConfigSource['overrides'] {
  const own = structuredClone(overrides.filter(({ matcher }) => isKnown(matcher.id)));
  for (const { properties } of own) {
    for (const property of properties) {
      if (property.id === 'thresholds' && isObject(property.value)) {
        property.value = normalThresholds(property.value);
      }
    }
  }
  return own;
}

/** Grafana, too, passes over what it does not know. */
function isKnown(matcher: string): boolean {
  return fieldMatchers.getIfExists(matcher) !== undefined;
}

const DEFAULT_THRESHOLDS: ThresholdsConfig = {
  mode: ThresholdsMode.Absolute,
  steps: [
    { value: Number.NEGATIVE_INFINITY, color: 'green' },
    { value: 80, color: 'red' },
  ],
};

/** The first step begins at minus infinity, for which JSON has null. */
function normalThresholds(given: Partial<ThresholdsConfig> | undefined): ThresholdsConfig {
  const steps = Array.isArray(given?.steps) ? given.steps : [];
  if (steps.length === 0) return structuredClone(DEFAULT_THRESHOLDS);
  const own = structuredClone(steps);
  const [first] = own;
  if (first !== undefined) first.value = Number.NEGATIVE_INFINITY;
  return { mode: given?.mode ?? ThresholdsMode.Absolute, steps: own };
}

/** Deeply; a list replaces a list. */
function merge(base: JsonObject, over: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isObject(value) && isObject(below) ? merge(below, value) : value;
  }
  return merged;
}
