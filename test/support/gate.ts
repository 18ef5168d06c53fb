import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Gate {
  /** The same URL, by way of the gate. */
  readonly url: string;
  /** Cuts every connection and takes no new one. */
  shut(): Promise<void>;
  open(): Promise<void>;
}

/** A TCP port that leads to a server's until it is shut: an engine that goes away and comes back. */
export async function createGate(url: string): Promise<Gate> {
  const gated = new URL(url);
  const { hostname, port } = gated;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream).pipe(client);
  });
  const listen = (at: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(at, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  await listen(0);
  const own = (server.address() as AddressInfo).port;
  gated.host = `127.0.0.1:${own}`;
  return {
    url: gated.href,
    shut: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
    open: () => listen(own),
  };
}
