import { DashboardSource } from './dashboard-query-source.js';

/** A dashboard that was read from a file. */
export interface LoadedDashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly panels: number;
  /** As Grafana has it. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly source: DashboardSource;
}

/** A file that holds no dashboard; the message ends the sentence that its name begins. */
export class DashboardFileError extends Error {
  override readonly name = 'DashboardFileError';
}

const MAX_UID_LENGTH = 100;
const UID = /^[A-Za-z0-9_-]{1,100}$/;

/**
 * Reads a dashboard: the plain JSON, what Grafana exports (`__inputs`), or what its HTTP API answers (`dashboard` beside
 * `meta`).
 * @param fileName gives the UID and the title where the dashboard has none
 * @throws DashboardFileError
 */
export function readDashboard(content: string, fileName: string): LoadedDashboard {
  const outer = parse(content);
  const isWrapped = isRecord(outer['dashboard']) && outer['panels'] === undefined;
  const json = isWrapped ? outer['dashboard'] : outer;
  if (!isRecord(json)) throw new DashboardFileError('is not a dashboard: it holds no object');
  if (json['apiVersion'] !== undefined || json['elements'] !== undefined) {
    throw new DashboardFileError(
      'is a dashboard of schema v2, which is not read here: export it as the classic JSON model',
    );
  }
  if (!Array.isArray(json['panels']) && !Array.isArray(json['rows'])) {
    throw new DashboardFileError('is not a dashboard: it has no list "panels"');
  }
  const baseName = fileName.replace(/\.json$/i, '');
  const given = json['uid'];
  const uid = given === undefined || given === null || given === '' ? uidOf(baseName) : given;
  if (typeof uid !== 'string' || !UID.test(uid)) {
    throw new DashboardFileError(
      `has the uid ${JSON.stringify(uid)}, which is not 1 to ${MAX_UID_LENGTH} letters, digits, "-" and "_"`,
    );
  }
  const { title, description, tags } = json;
  const source = new DashboardSource(json);
  return {
    uid,
    title: typeof title === 'string' && title !== '' ? title : baseName,
    description: typeof description === 'string' ? description : '',
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
    panels: source.panels().length,
    json: json['uid'] === uid ? json : { ...json, uid },
    source,
  };
}

function parse(content: string): Readonly<Record<string, unknown>> {
  let json: unknown;
  try {
    json = JSON.parse(content.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new DashboardFileError(
      `is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}`,
    );
  }
  if (!isRecord(json)) throw new DashboardFileError('is not a dashboard: it holds no object');
  return json;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function uidOf(baseName: string): string {
  const uid = baseName.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, MAX_UID_LENGTH);
  return uid.replace(/^-+|-+$/g, '') || 'dashboard';
}
