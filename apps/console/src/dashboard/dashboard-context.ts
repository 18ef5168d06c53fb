import type { EventBus, InterpolateFunction } from '@grafana/data';
import { createContext, useContext } from 'react';
import type { DashboardModel } from './dashboard-model.js';
import type { PanelFeed } from './panel-feed.js';
import type { Refresh } from './refresh.js';
import type { ResolvedVariable } from './resolve-variables.js';
import type { RangeText } from './time-range.js';
import type { VariableModel, VariableOption } from './variable-model.js';

/** What the parts of a dashboard on the screen share. */
export interface DashboardContextValue {
  readonly model: DashboardModel;
  /** Undefined while they are looked up for the first time. */
  readonly variables: readonly ResolvedVariable[] | undefined;
  readonly searchOptions: (variable: VariableModel, search: string) => Promise<readonly VariableOption[]>;
  readonly range: RangeText;
  readonly timeZone: string;
  readonly refresh: Refresh;
  readonly feed: PanelFeed;
  readonly eventBus: EventBus;
  /** Replaces variables, with values of its own for what is repeated. */
  readonly interpolate: InterpolateFunction;
  /** Names of annotations that are off. */
  readonly annotationsOff: ReadonlySet<string>;
  readonly setRange: (range: RangeText) => void;
  readonly setVariable: (name: string, values: readonly string[]) => void;
  readonly setTimeZone: (timeZone: string) => void;
  readonly setRefresh: (refresh: string) => void;
  readonly toggleAnnotation: (name: string) => void;
  /** Shows one panel alone, by its key; undefined: all. */
  readonly viewPanel: (key: string | undefined) => void;
  readonly inspect: (panel: Inspected | undefined) => void;
  /** `?…` of a link that keeps the time and the variables as asked. */
  readonly linkParams: (keep: {
    readonly keepTime: boolean;
    readonly includeVars: boolean;
  }) => readonly string[];
}

/** A panel that is looked into. */
export interface Inspected {
  readonly key: string;
  readonly tab: 'data' | 'query' | 'json';
}

export const DashboardContext = createContext<DashboardContextValue | undefined>(undefined);

export function useDashboard(): DashboardContextValue {
  const value = useContext(DashboardContext);
  if (value === undefined) throw new Error('a part of a dashboard is drawn outside of one');
  return value;
}
