import type { Environment } from '@fieldstream/config';
import { type Logger } from '@fieldstream/domain';
import {
  applyProvisioned,
  type createPool,
  type ProvisioningChanges,
  type ProvisioningResult,
  releaseProvisioned,
} from '@fieldstream/timescale';
import { missingChannels, parseAlertingFiles } from './alerting-definitions.js';
import { readAlertingFiles } from './alerting-files.js';
import { AlertingFilesError } from './file-problem.js';

export interface ProvisionOptions {
  /** A file or a directory; `undefined` where nothing is provisioned. */
  readonly path: string | undefined;
  /** Of a migrated database. */
  readonly pool: ReturnType<typeof createPool>;
  readonly logger: Logger;
  /** Where `${NAME}` in a channel's config comes from. */
  readonly env: Environment;
}

/** What became of the files. */
export type ProvisionOutcome =
  | {
      readonly isProvisioned: true;
      readonly rules: ProvisioningChanges;
      readonly channels: ProvisioningChanges;
    }
  /** Without a path: how many had been provisioned and are ordinary ones now. */
  | {
      readonly isProvisioned: false;
      readonly released: { readonly rules: number; readonly channels: number };
    };

/**
 * Makes the stored rules and channels those of the files. Without a path, what had been provisioned stays as it is and
 * becomes ordinary, so that the API can change it. Logs IDs, never a channel's config.
 * @throws AlertingFilesError with every fault of every file, and DatabaseError; nothing was changed then
 */
export async function provisionAlerting({
  path,
  pool,
  logger,
  env,
}: ProvisionOptions): Promise<ProvisionOutcome> {
  if (path === undefined) return release(pool, logger);
  const definitions = parseAlertingFiles(await readAlertingFiles(path), env);
  const { rules, channels, problems } = definitions;
  if (problems.length > 0) throw new AlertingFilesError(problems);
  const result = await applyProvisioned(pool, {
    rules: rules.map(({ rule, file }) => ({ rule, provenance: file.name })),
    channels: channels.map(({ channel, file }) => ({ channel, provenance: file.name })),
  });
  if (!result.applied) throw new AlertingFilesError(missingChannels(definitions, result.missing));
  report(result, { rules: rules.length, channels: channels.length }, logger);
  return { isProvisioned: true, rules: result.rules, channels: result.channels };
}

async function release(pool: ProvisionOptions['pool'], logger: Logger): Promise<ProvisionOutcome> {
  const released = await releaseProvisioned(pool);
  if (released.rules + released.channels > 0) {
    const message = 'ALERTING_PATH is not set: what it had provisioned can be changed through the API now';
    logger.warn(released, message);
  }
  return { isProvisioned: false, released };
}

function report(
  { rules, channels, orphaned }: ProvisioningResult & { applied: true },
  defined: { readonly rules: number; readonly channels: number },
  logger: Logger,
): void {
  const { takenOver: takenRules } = rules;
  const { takenOver: takenChannels } = channels;
  if (takenRules.length + takenChannels.length > 0) {
    const message = 'the alerting files took over what had been made through the API under the same ID';
    logger.warn({ rules: takenRules, channels: takenChannels }, message);
  }
  if (orphaned.length > 0)
    logger.warn({ orphaned }, 'rules made through the API name channels that no alerting file has any more');
  const count = ({ created, changed, removed, takenOver }: ProvisioningChanges): object => ({
    created: created.length,
    changed: changed.length + takenOver.length,
    removed: removed.length,
  });
  logger.info(
    { defined, rules: count(rules), channels: count(channels) },
    'rules and channels of the alerting files are in place',
  );
}
