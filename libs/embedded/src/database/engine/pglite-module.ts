/**
 * What is used of PGlite's Emscripten module beyond its own types: C functions and variables of the PostgreSQL inside,
 * which the build exports for extensions.
 */
export interface PgliteModule {
  /** Grows with the memory, so it is read anew each time. */
  readonly HEAPU8: Uint8Array;
  readonly HEAP32: Int32Array;
  readonly FS: {
    readonly filesystems: { readonly NODEFS: { readonly stream_ops: NodeFsOperations } };
    readonly streams: readonly (NodeFsStream | null | undefined)[];
  };
  addFunction(callback: (pointer: number, length: number) => number, signature: 'iii'): number;
  stringToNewUTF8(text: string): number;
  _malloc(bytes: number): number;
  /** Where C's stack is; it grows downwards. */
  readonly ___stack_pointer: { value: number };
  _set_read_write_cbs(read: number, write: number): void;
  /** Runs the backend's main loop over what the read callback gives, until it gives nothing. */
  _interactive_one(length: number, firstByte: number): void;
  /** `miscadmin.h`: the role that rights are checked for, and the security context. */
  _SetUserIdAndSecContext(roleId: number, context: number): void;
  /** `guc.h`. @returns 1 when the value was taken */
  _set_config_option(
    name: number,
    value: number,
    context: number,
    source: number,
    action: number,
    change: number,
    level: number,
    reload: number,
  ): number;
  /** Address of the variable; `QueryCancelPending` is declared after it (`globals.c`). */
  readonly _InterruptPending: number;
}

export interface NodeFsStream {
  /** Node's file descriptor; none for folders. */
  readonly nfd?: number;
}

export interface NodeFsOperations {
  read: (stream: NodeFsStream, ...rest: readonly unknown[]) => number;
  write: (stream: NodeFsStream, ...rest: readonly unknown[]) => number;
  fsync?: (stream: NodeFsStream) => number;
}

/** `SECURITY_LOCAL_USERID_CHANGE`: while it is set, PostgreSQL refuses to change `role` and `session_authorization`. */
export const FIXED_USER = 1;

const PGC_SIGHUP = 2;
const PGC_S_DATABASE = 6;
const LOG = 15;

/** Sets a setting's value and what RESET goes back to, as if ALTER DATABASE had. @returns whether it was taken */
export function setDefault(module: PgliteModule, name: string, value: string): boolean {
  // The two texts are left in the engine's memory: it is done once for each setting.
  const [nameAt, valueAt] = [module.stringToNewUTF8(name), module.stringToNewUTF8(value)];
  return module._set_config_option(nameAt, valueAt, PGC_SIGHUP, PGC_S_DATABASE, 0, 1, LOG, 0) === 1;
}

const STACK_BYTES = 8 * 1024 * 1024;

/**
 * Gives C a stack of 8 MB. The build has one of 64 kB in front of its static data, without a check: fifty nested calls of
 * a PL/pgSQL function would overwrite the engine's variables and go on. With this one JavaScript's own stack ends first,
 * which is an exception. To be called while no C function runs.
 */
export function enlargeStack(module: PgliteModule): void {
  const start = module._malloc(STACK_BYTES);
  if (start === 0) throw new Error('no memory is left for the stack of the database engine');
  module.___stack_pointer.value = (start + STACK_BYTES) & ~15;
}

/** Makes the statement that runs fail at its next check for interrupts with SQLSTATE 57014. */
export function cancelStatement(module: PgliteModule): void {
  const variable = module._InterruptPending >> 2;
  module.HEAP32[variable] = 1;
  module.HEAP32[variable + 1] = 1;
}
