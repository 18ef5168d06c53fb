/** Where somebody on the same machine reaches a listener: an address that stands for all of them is none to connect to. */
export function reachableHost(host: string): string {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
}

/** URL of a listener of this process, for whoever is on the same machine. */
export function urlOf(scheme: 'http' | 'mqtt' | 'mqtts' | 'ws' | 'wss', host: string, port: number): string {
  const reachable = reachableHost(host);
  return `${scheme}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
