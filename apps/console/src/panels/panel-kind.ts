import type { PanelProps } from '@grafana/data';
import type { ComponentType } from 'react';

/**
 * A type of panel that the console draws: what Grafana calls a panel plugin. The component gets what a plugin's gets:
 * `data.series` with field configuration applied (`applyFieldOverrides`, every field has a display processor), transformed,
 * and `data.annotations`; `options` and `fieldConfig` merged over the defaults given here. It draws into exactly `width` by
 * `height` pixels, has nothing but its content (title, menu, loading and errors are the frame's), and shows
 * `fieldConfig.defaults.noValue` where `data.series` holds no value.
 */
export interface PanelKind {
  /** As in the dashboard's JSON, e.g. `timeseries`. */
  readonly type: string;
  /** For people, e.g. `Time series`. */
  readonly name: string;
  /** Grafana's defaults of `options`; the panel's own are merged over them, deeply. */
  readonly options: object;
  /** Grafana's defaults of `fieldConfig.defaults.custom`. */
  readonly custom?: object;
  /** Grafana's default colour mode of the type; `thresholds` where not given. */
  readonly colorMode?: string;
  /** The content touches the frame's border, as in tables. */
  readonly isUnpadded?: boolean;
  /** Loads the component when the first panel of this type is drawn. */
  load(): Promise<ComponentType<PanelProps>>;
}
