import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DashboardFileError, readDashboard, type LoadedDashboard } from '@fieldstream/grafana';

export type DashboardOrigin = 'built-in' | 'file';

export interface KnownDashboard extends LoadedDashboard {
  readonly origin: DashboardOrigin;
}

/** A file that gives no dashboard, and why: the end of a sentence that the file's name begins. */
export interface DashboardFault {
  readonly file: string;
  readonly fault: string;
}

export interface DashboardCatalogue {
  readonly dashboards: ReadonlyMap<string, KnownDashboard>;
  readonly faults: readonly DashboardFault[];
}

export interface DashboardFilesOptions {
  /** Of the dashboards that come with the program. Undefined: there are none. */
  readonly builtIn: string | undefined;
  /** Of people's own. */
  readonly path: string | undefined;
}

export const DASHBOARD_LIMITS = { files: 500, fileBytes: 4 * 1024 * 1024, rescanMs: 1_000 } as const;

interface CachedFile {
  readonly stamp: string;
  readonly content: LoadedDashboard | DashboardFault;
}

/** The dashboards of two folders, read again when a file has changed: a look at the folders, at most once a second. */
export class DashboardFiles {
  private readonly files = new Map<string, CachedFile>();
  private scan: { readonly atMs: number; readonly catalogue: Promise<DashboardCatalogue> } | undefined;

  constructor(private readonly options: DashboardFilesOptions) {}

  /** Never fails: what cannot be read is among the faults. */
  current(): Promise<DashboardCatalogue> {
    const nowMs = performance.now();
    if (this.scan === undefined || nowMs - this.scan.atMs >= DASHBOARD_LIMITS.rescanMs) {
      this.scan = { atMs: nowMs, catalogue: this.read() };
    }
    return this.scan.catalogue;
  }

  private async read(): Promise<DashboardCatalogue> {
    const dashboards = new Map<string, KnownDashboard>();
    const faults: DashboardFault[] = [];
    const seen = new Set<string>();
    const folders = [
      ['built-in', this.options.builtIn],
      ['file', this.options.path],
    ] as const;
    for (const [origin, folder] of folders) {
      if (folder === undefined) continue;
      for (const [file, path] of await this.filesOf(folder, faults)) {
        seen.add(path);
        const content = await this.readFile(file, path);
        if ('fault' in content) {
          faults.push(content);
          continue;
        }
        const first = dashboards.get(content.uid);
        if (first === undefined) dashboards.set(content.uid, { ...content, origin });
        else faults.push({ file, fault: sameUid(content.uid, first) });
      }
    }
    for (const path of this.files.keys()) if (!seen.has(path)) this.files.delete(path);
    return { dashboards, faults };
  }

  /** `*.json` directly in the folder, by name. */
  private async filesOf(folder: string, faults: DashboardFault[]): Promise<[file: string, path: string][]> {
    let names: string[];
    try {
      names = (await readdir(folder)).filter((name) => /\.json$/i.test(name)).toSorted();
    } catch (error) {
      faults.push({ file: folder, fault: `cannot be read as a folder of dashboards (${codeOf(error)})` });
      return [];
    }
    for (const file of names.slice(DASHBOARD_LIMITS.files)) {
      faults.push({
        file,
        fault: `is left out: no more than ${DASHBOARD_LIMITS.files} files of a folder are read`,
      });
    }
    return names.slice(0, DASHBOARD_LIMITS.files).map((file) => [file, join(folder, file)]);
  }

  private async readFile(file: string, path: string): Promise<LoadedDashboard | DashboardFault> {
    try {
      const { mtimeMs, size, ino } = await stat(path);
      if (size > DASHBOARD_LIMITS.fileBytes) {
        return { file, fault: `is larger than ${DASHBOARD_LIMITS.fileBytes / 1024 / 1024} MiB` };
      }
      const stamp = `${mtimeMs} ${size} ${ino}`;
      const known = this.files.get(path);
      if (known?.stamp === stamp) return known.content;
      const content = parse(await readFile(path, 'utf8'), file);
      this.files.set(path, { stamp, content });
      return content;
    } catch (error) {
      return { file, fault: `cannot be read (${codeOf(error)})` };
    }
  }
}

function parse(text: string, file: string): LoadedDashboard | DashboardFault {
  try {
    return readDashboard(text, file);
  } catch (error) {
    if (error instanceof DashboardFileError) return { file, fault: error.message };
    throw error;
  }
}

function sameUid(uid: string, first: KnownDashboard): string {
  const owner = first.origin === 'built-in' ? 'the built-in dashboard' : 'another file, with the dashboard';
  return `has the uid "${uid}", which ${owner} "${first.title}" has already: give it another one`;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : String(error));
}
