import { textUtil } from '@grafana/data';
import { forwardRef, type AnchorHTMLAttributes } from 'react';
import { Link } from 'react-router';

/** Path of an address that is the console's own; undefined for one that leads elsewhere. */
export function inApp(href: string): string | undefined {
  const url = URL.parse(href, location.href);
  if (url === null || url.origin !== location.origin || url.pathname.startsWith('/api/')) return undefined;
  return `${url.pathname}${url.search}${url.hash}`;
}

interface AppLinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  readonly href: string;
  readonly targetBlank?: boolean;
}

/** A link of a dashboard: within the console without loading it anew. An address that is none of a page is taken out. */
export const AppLink = forwardRef<HTMLAnchorElement, AppLinkProps>(function AppLink(
  { href, targetBlank = false, children, ...rest },
  ref,
) {
  const safe = textUtil.sanitizeUrl(href);
  const path = inApp(safe);
  if (path !== undefined && !targetBlank)
    return (
      <Link ref={ref} to={path} {...rest}>
        {children}
      </Link>
    );
  return (
    <a
      ref={ref}
      href={safe}
      {...(targetBlank ? { target: '_blank' } : {})}
      rel="noopener noreferrer"
      {...rest}
    >
      {children}
    </a>
  );
});
