import { EmbeddedError, type EmbeddedErrorCode } from '../../embedded-error.js';
import { errorCode } from './file-system.js';

const KEPT = 'Nothing acknowledged is lost.';

interface Known {
  readonly code: EmbeddedErrorCode;
  readonly what: string;
  readonly remedy: string;
}

const FULL: Known = {
  code: 'disk-full',
  what: 'no space is left on the device',
  remedy: 'Free space on that disk, or lower the retention of its topics; writing goes on by itself then.',
};
const DENIED: Known = {
  code: 'not-writable',
  what: 'permission is denied',
  remedy: 'Let the user that runs this process read and write the folder.',
};
const READ_ONLY: Known = {
  code: 'not-writable',
  what: 'the file system is read-only',
  remedy: 'Mount it writable, or choose another data folder.',
};
const MISPLACED: Known = {
  code: 'not-writable',
  what: 'it, or a folder above it, is missing or not a folder',
  remedy: 'Put it back, or choose another data folder, and start again.',
};
const OCCUPIED: Known = {
  code: 'not-writable',
  what: 'something else is there already',
  remedy: 'Look into the folder and move away what does not belong there.',
};
const HANDLES: Known = {
  code: 'not-writable',
  what: 'the process has too many files open',
  remedy: 'Raise its limit of open files (ulimit -n).',
};

const KNOWN: Readonly<Record<string, Known>> = {
  ENOSPC: FULL,
  EDQUOT: { ...FULL, what: 'the disk quota is used up' },
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: READ_ONLY,
  ENOENT: MISPLACED,
  ENOTDIR: MISPLACED,
  EEXIST: OCCUPIED,
  ENOTEMPTY: OCCUPIED,
  EMFILE: HANDLES,
  ENFILE: HANDLES,
};

/**
 * The operator's view of a fault of the operating system: which file, what is wrong, what to do.
 * An `EmbeddedError` is answered as it is.
 */
export function storageFault(error: unknown, doing: string, path: string): EmbeddedError {
  if (error instanceof EmbeddedError) return error;
  const code = errorCode(error);
  const known = code === undefined ? undefined : KNOWN[code];
  const reason = error instanceof Error ? error.message : String(error);
  const what = known ? `${known.what} (${code})` : reason;
  const remedy = known?.remedy ?? 'Check the disk and the system log, then start again.';
  return new EmbeddedError(
    known?.code ?? 'not-writable',
    `Cannot ${doing} ${path}: ${what}. ${remedy} ${KEPT}`,
    {
      cause: error,
    },
  );
}

export interface Damage {
  readonly path: string;
  /** Byte in the file at which the damaged batch begins. */
  readonly position: number;
  /** The offset that should be there. */
  readonly offset: number;
  readonly reason: string;
  /** The first offset after it that can be read; undefined when there is none yet. */
  readonly nextOffset: number | undefined;
}

/** Stored bytes that fail their check. The damaged bytes stay where they are. */
export function corruptFault(damage: Damage): EmbeddedError {
  const goOn =
    damage.nextOffset === undefined
      ? 'nothing after it can be read in this file'
      : `reading goes on at offset ${damage.nextOffset}`;
  return new EmbeddedError(
    'corrupt',
    `The log file ${damage.path} is damaged at byte ${damage.position} (offset ${damage.offset}): ${damage.reason}. ` +
      `Everything else is untouched; ${goOn}. Restore the file from a backup, or move the consumers past the damage; ` +
      'then check the disk.',
  );
}
