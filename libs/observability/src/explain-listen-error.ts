/**
 * Says which variable to change when an address cannot be listened on, keeping the cause; any other error passes
 * unchanged.
 */
export function explainListenError(error: unknown, variable: string): unknown {
  const { code, port, address } = (error ?? {}) as NodeJS.ErrnoException & {
    port?: number;
    address?: string;
  };
  if (code === 'EADDRINUSE') {
    return new Error(
      `port ${port} on ${address} is in use by another process: set ${variable} to a free one`,
      {
        cause: error,
      },
    );
  }
  if (code === 'EACCES') {
    return new Error(`port ${port} may not be listened on by this user: set ${variable} to one above 1023`, {
      cause: error,
    });
  }
  if (code === 'EADDRNOTAVAIL') {
    return new Error(`${address} is not an address of this machine: set HOST to one, e.g. 127.0.0.1`, {
      cause: error,
    });
  }
  return error;
}
