import type { MouseEvent, ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { inAppPath } from './in-app-path.js';

/**
 * Makes links to this console, anywhere inside and in the tooltips and menus that belong to it, change the page without
 * loading the console anew. They stay anchors: a new tab, copying the address and the keyboard work as with any link.
 */
export function InAppLinks({ children }: { readonly children: ReactNode }) {
  const navigate = useNavigate();
  const followInApp = (event: MouseEvent): void => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const anchor = event.target instanceof Element ? event.target.closest('a') : null;
    if (anchor === null || anchor.hasAttribute('download')) return;
    const path = inAppPath(anchor.href, anchor.target, location.origin);
    if (path === undefined) return;
    event.preventDefault();
    void navigate(path);
  };
  return (
    // Only listens to what the anchors inside do; it is no control itself.
    <div style={{ display: 'contents' }} role="presentation" onClick={followInApp}>
      {children}
    </div>
  );
}
