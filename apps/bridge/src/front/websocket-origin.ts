import { isLoopback } from '@fieldstream/config';

/**
 * Whether a page that runs in a browser may open a WebSocket here. A browser lets every page try, and under `open` nothing else
 * stands between a page of somebody else and the devices of whoever looks at it; so there the page has to come from
 * the host that it connects to. What is no browser sends no `Origin` (RFC 6455, section 10.2).
 * @param origin @param host The headers of the request.
 */
export function mayConnectFrom(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  const page = hostnameOf(origin);
  const here = hostnameOf(`http://${host ?? ''}`);
  if (page === undefined || here === undefined) return false;
  // Not by name alone: a name of somebody else may be made to lead to this machine.
  return isLoopback(here) ? isLoopback(page) : page === here;
}

function hostnameOf(url: string): string | undefined {
  try {
    const { hostname } = new URL(url);
    return hostname === '' ? undefined : hostname.replace(/^\[(.*)\]$/, '$1');
  } catch {
    return undefined;
  }
}
