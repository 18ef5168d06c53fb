/** What can go wrong with the stack; closed, so that callers can switch over it. */
export type StackErrorCode =
  | 'BAD_OPTION' // a command-line option or API argument is invalid
  | 'BAD_STATE' // the state file cannot be read as one
  | 'BUSY' // another process is changing the same data folder or cache
  | 'UNSUPPORTED' // this machine cannot run the stack at all
  | 'MISSING_TOOL' // a program that is needed is absent and cannot be installed from here
  | 'COMMAND_FAILED' // a preparing command ended with an error
  | 'PORT_TAKEN' // something else listens on a port that was asked for
  | 'NOT_UP' // the stack, or one of its engines, is not running
  | 'ALREADY_UP' // the engine runs already, elsewhere than asked for
  | 'NOT_READY' // an engine did not begin to serve in time, or died while starting
  | 'NOT_STOPPED'; // an engine did not end in time

/** The only error that the stack throws by itself. `retriable`: the same call may succeed later, unchanged. */
export class StackError extends Error {
  readonly retriable: boolean;

  constructor(
    readonly code: StackErrorCode,
    message: string,
    options: { cause?: unknown } = {},
  ) {
    super(message, options);
    this.name = 'StackError';
    this.retriable = code === 'BUSY' || code === 'NOT_READY' || code === 'NOT_STOPPED';
  }
}
