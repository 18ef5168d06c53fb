/** First parts of paths of the same server that are not pages of the console. */
const NOT_PAGES = /^\/(api|health|metrics)(\/|$)/;

/**
 * The path for the router where a link leads to a page of this console, else undefined: another origin, another tab, or
 * what the server answers itself.
 */
export function inAppPath(href: string, target: string, origin: string): string | undefined {
  if (target !== '' && target !== '_self') return undefined;
  let url: URL;
  try {
    url = new URL(href, origin);
  } catch {
    return undefined;
  }
  if (url.origin !== origin || NOT_PAGES.test(url.pathname)) return undefined;
  return `${url.pathname}${url.search}${url.hash}`;
}
