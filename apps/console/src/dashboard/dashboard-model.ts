import { DashboardCursorSync, type DataTransformerConfig, type FieldConfigSource } from '@grafana/data';
import { isObject, numberOf, objectOf, objectsOf, textOf, textsOf, type JsonObject } from './json.js';
import { readVariables, type VariableModel } from './variable-model.js';

/** Place in the grid of 24 columns; a unit of height is 38 px with its gap. */
export interface GridPos {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface TargetModel {
  readonly refId: string;
  /** Text in which the names of the variables that the query depends on are found. */
  readonly text: string;
}

export interface LinkModel {
  readonly type: 'link' | 'dashboards';
  readonly title: string;
  readonly tooltip: string;
  readonly url: string;
  readonly tags: readonly string[];
  readonly asDropdown: boolean;
  readonly targetBlank: boolean;
  readonly includeVars: boolean;
  readonly keepTime: boolean;
}

export interface PanelModel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly gridPos: GridPos;
  readonly isTransparent: boolean;
  readonly targets: readonly TargetModel[];
  readonly transformations: readonly DataTransformerConfig[];
  readonly options: JsonObject;
  readonly fieldConfig: FieldConfigSource;
  readonly links: readonly LinkModel[];
  readonly repeat?: string;
  readonly repeatDirection: 'h' | 'v';
  readonly maxPerRow: number;
  /** Least interval, e.g. `10s`. */
  readonly interval?: string;
  readonly maxDataPoints?: number;
  /** The panel's own range up to now, e.g. `1h`, and by how much its range lies in the past. */
  readonly timeFrom?: string;
  readonly timeShift?: string;
  /** As it stands in the dashboard. */
  readonly json: JsonObject;
}

export interface RowModel {
  readonly id: number;
  readonly title: string;
  readonly isCollapsed: boolean;
  readonly repeat?: string;
}

/** A row with what stands under it; what stands before the first row has none. */
export interface SectionModel {
  readonly row?: RowModel;
  readonly panels: readonly PanelModel[];
}

export interface AnnotationModel {
  readonly name: string;
  readonly isEnabled: boolean;
  readonly isHidden: boolean;
  readonly color: string;
  readonly text: string;
  /** Panels that it is for; undefined: all. */
  readonly only?: { readonly ids: readonly number[]; readonly isExclusion: boolean };
}

export interface DashboardModel {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  /** As in Grafana: `browser`, `utc` or a name of the tz database. */
  readonly timeZone: string;
  readonly time: { readonly from: string; readonly to: string };
  /** Interval of its refresh; undefined where it has none. */
  readonly refresh?: string;
  readonly refreshIntervals: readonly string[];
  readonly hidesTimePicker: boolean;
  readonly cursorSync: DashboardCursorSync;
  readonly fiscalYearStartMonth: number;
  readonly weekStart?: string;
  readonly variables: readonly VariableModel[];
  readonly annotations: readonly AnnotationModel[];
  readonly links: readonly LinkModel[];
  readonly sections: readonly SectionModel[];
}

const REFRESH_INTERVALS = ['5s', '10s', '30s', '1m', '5m', '15m', '30m', '1h', '2h', '1d'];

/**
 * What the console draws of a dashboard's JSON (Grafana's classic model). Never throws: a part that is not as it should be is
 * read as absent.
 */
export function readDashboard(uid: string, json: unknown): DashboardModel {
  const dashboard = objectOf(json);
  const time = objectOf(dashboard['time']);
  const picker = objectOf(dashboard['timepicker']);
  const refresh = textOf(dashboard['refresh']);
  const weekStart = textOf(dashboard['weekStart']);
  const intervals = textsOf(picker['refresh_intervals']);
  return {
    uid,
    title: textOf(dashboard['title'], uid),
    description: textOf(dashboard['description']),
    tags: textsOf(dashboard['tags']),
    timeZone: textOf(dashboard['timezone']) || 'browser',
    time: { from: textOf(time['from'], 'now-6h'), to: textOf(time['to'], 'now') },
    ...(refresh === '' ? {} : { refresh }),
    refreshIntervals: intervals.length > 0 ? intervals : REFRESH_INTERVALS,
    hidesTimePicker: picker['hidden'] === true,
    cursorSync: cursorSyncOf(dashboard['graphTooltip']),
    fiscalYearStartMonth: numberOf(dashboard['fiscalYearStartMonth'], 0),
    ...(weekStart === '' ? {} : { weekStart }),
    variables: readVariables(objectOf(dashboard['templating'])['list']),
    annotations: readAnnotations(objectOf(dashboard['annotations'])['list']),
    links: readLinks(dashboard['links']),
    sections: readSections(dashboard['panels']),
  };
}

function cursorSyncOf(value: unknown): DashboardCursorSync {
  if (value === 1) return DashboardCursorSync.Crosshair;
  return value === 2 ? DashboardCursorSync.Tooltip : DashboardCursorSync.Off;
}

function readAnnotations(value: unknown): AnnotationModel[] {
  return objectsOf(value)
    .filter((one) => one['builtIn'] !== 1 && isObject(one['target']))
    .map((one) => {
      const filter = objectOf(one['filter']);
      const ids = Array.isArray(filter['ids']) ? filter['ids'].filter((id) => typeof id === 'number') : [];
      return {
        name: textOf(one['name']),
        isEnabled: one['enable'] !== false,
        isHidden: one['hide'] === true,
        color: textOf(one['iconColor'], 'blue'),
        text: JSON.stringify(one['target']),
        only: ids.length > 0 ? { ids, isExclusion: filter['exclude'] === true } : undefined,
      };
    });
}

function readLinks(value: unknown): LinkModel[] {
  return objectsOf(value).map((one) => ({
    type: one['type'] === 'dashboards' ? 'dashboards' : 'link',
    title: textOf(one['title']),
    tooltip: textOf(one['tooltip']),
    url: textOf(one['url']),
    tags: textsOf(one['tags']),
    asDropdown: one['asDropdown'] === true,
    targetBlank: one['targetBlank'] === true,
    includeVars: one['includeVars'] === true,
    keepTime: one['keepTime'] === true,
  }));
}

function readSections(value: unknown): SectionModel[] {
  const all = objectsOf(value).map((json, index) => ({ json, gridPos: gridPosOf(json, index) }));
  all.sort((a, b) => a.gridPos.y - b.gridPos.y || a.gridPos.x - b.gridPos.x);
  const sections: { row?: RowModel; panels: PanelModel[] }[] = [{ panels: [] }];
  for (const { json, gridPos } of all) {
    if (json['type'] === 'row') {
      const nested = objectsOf(json['panels']).map((panel, index) =>
        readPanel(panel, gridPosOf(panel, index)),
      );
      sections.push({ row: readRow(json), panels: nested });
    } else {
      sections.at(-1)?.panels.push(readPanel(json, gridPos));
    }
  }
  return sections.filter(({ row, panels }) => row !== undefined || panels.length > 0);
}

function readRow(json: JsonObject): RowModel {
  const repeat = textOf(json['repeat']);
  return {
    id: numberOf(json['id'], 0),
    title: textOf(json['title']),
    isCollapsed: json['collapsed'] === true,
    ...(repeat === '' ? {} : { repeat }),
  };
}

function gridPosOf(json: JsonObject, index: number): GridPos {
  const pos = objectOf(json['gridPos']);
  const w = Math.min(24, Math.max(1, numberOf(pos['w'], 12)));
  return {
    w,
    h: Math.max(1, numberOf(pos['h'], 8)),
    x: Math.min(24 - w, Math.max(0, numberOf(pos['x'], 0))),
    // Without a place, below everything, in the order of the file.
    y: Math.max(0, numberOf(pos['y'], 1_000_000 + index)),
  };
}

function readPanel(json: JsonObject, gridPos: GridPos): PanelModel {
  const fieldConfig = objectOf(json['fieldConfig']);
  const repeat = textOf(json['repeat']);
  const interval = textOf(json['interval']);
  const timeFrom = textOf(json['timeFrom']);
  const timeShift = textOf(json['timeShift']);
  const maxDataPoints = numberOf(json['maxDataPoints'], 0);
  return {
    id: numberOf(json['id'], 0),
    type: textOf(json['type'], 'unknown'),
    title: textOf(json['title']),
    description: textOf(json['description']),
    gridPos,
    isTransparent: json['transparent'] === true,
    targets: objectsOf(json['targets'])
      .filter((target) => target['hide'] !== true)
      .map((target) => ({ refId: textOf(target['refId'], 'A'), text: JSON.stringify(target) })),
    transformations: objectsOf(json['transformations']).flatMap(readTransformation),
    options: objectOf(json['options']),
    fieldConfig: {
      defaults: objectOf(fieldConfig['defaults']),
      overrides: objectsOf(fieldConfig['overrides']).flatMap(readOverride),
    },
    links: readLinks(json['links']),
    ...(repeat === '' ? {} : { repeat }),
    repeatDirection: json['repeatDirection'] === 'v' ? 'v' : 'h',
    maxPerRow: Math.max(1, numberOf(json['maxPerRow'], 4)),
    ...(interval === '' ? {} : { interval }),
    ...(maxDataPoints > 0 ? { maxDataPoints } : {}),
    ...(timeFrom === '' ? {} : { timeFrom }),
    ...(timeShift === '' ? {} : { timeShift }),
    json,
  };
}

function readTransformation(json: JsonObject): DataTransformerConfig[] {
  if (typeof json['id'] !== 'string') return [];
  return [{ ...json, id: json['id'], options: objectOf(json['options']) }];
}

function readOverride(json: JsonObject): FieldConfigSource['overrides'] {
  const matcher = objectOf(json['matcher']);
  const id = matcher['id'];
  if (typeof id !== 'string') return [];
  const properties = objectsOf(json['properties']).flatMap((property) =>
    typeof property['id'] === 'string' ? [{ id: property['id'], value: property['value'] }] : [],
  );
  return [{ matcher: { id, options: matcher['options'] }, properties }];
}
