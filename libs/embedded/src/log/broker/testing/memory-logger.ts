import { type Logger } from '@fieldstream/domain';

export interface LogLine {
  readonly level: keyof Logger;
  readonly fields: object;
  readonly message: string;
}

/** Keeps what is logged. */
export function memoryLogger(): { logger: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const note =
    (level: keyof Logger): Logger['info'] =>
    (fields, message) => {
      lines.push({ level, fields, message });
    };
  return {
    logger: { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') },
    lines,
  };
}
