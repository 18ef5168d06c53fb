import { barGaugeKind } from './bar-gauge/kind.js';
import { gaugeKind } from './gauge/kind.js';
import type { PanelKind } from './panel-kind.js';
import { stateTimelineKind, statusHistoryKind } from './state-timeline/kind.js';
import { statKind } from './stat/kind.js';
import { tableKind } from './table/kind.js';
import { textKind } from './text/kind.js';
import { timeSeriesKind } from './time-series/kind.js';

/** The panel types that the console draws, by the type in the dashboard's JSON. Rows are the engine's. */
export const panelKinds: ReadonlyMap<string, PanelKind> = new Map(
  [
    timeSeriesKind,
    statKind,
    gaugeKind,
    barGaugeKind,
    tableKind,
    stateTimelineKind,
    statusHistoryKind,
    textKind,
  ].map((kind) => [kind.type, kind]),
);
