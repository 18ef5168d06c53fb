import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The parts of Grafana's alerting files that checks read; `ALERTING_SCHEMA` says that they are there. */
export interface AlertingFile {
  readonly groups?: readonly { readonly rules: readonly GrafanaRule[] }[];
  readonly contactPoints?: readonly { readonly name: string }[];
  readonly muteTimes?: readonly { readonly name: string; readonly time_intervals: readonly object[] }[];
  readonly policies?: readonly Route[];
}

export interface GrafanaRule {
  readonly uid: string;
  readonly title: string;
  readonly condition: string;
  readonly noDataState: string;
  readonly execErrState: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly notification_settings?: {
    readonly receiver: string;
    readonly mute_time_intervals?: readonly string[];
  };
  readonly data: readonly {
    readonly refId: string;
    readonly relativeTimeRange?: { readonly from: number; readonly to: number };
    readonly model: { readonly refId: string; readonly rawSql?: string; readonly expression?: string };
  }[];
}

export interface Route {
  readonly receiver: string;
  readonly mute_time_intervals?: readonly string[];
  readonly routes?: readonly Route[];
}

/** Every file of a folder, by name. @throws if one is not YAML */
export function readAlertingFiles(folder: string): ReadonlyMap<string, AlertingFile> {
  return new Map(
    readdirSync(folder)
      .sort()
      .map((file) => [file, parse(readFileSync(join(folder, file), 'utf8')) as AlertingFile]),
  );
}

/** The rules of all files. */
export function rulesOf(files: ReadonlyMap<string, AlertingFile>): readonly GrafanaRule[] {
  return [...files.values()].flatMap(({ groups = [] }) => groups.flatMap(({ rules }) => rules));
}
