/**
 * What the adapters log to. Structured: an object of fields, then a fixed sentence.
 * `warn`: nothing is lost. `error`: something was lost, or an operator is needed.
 */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
