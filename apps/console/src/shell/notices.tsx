import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Alert, useStyles2, type AlertVariant } from '@grafana/ui';
import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from 'react';
import { describeError } from '../components/states.js';

const SHOWN_MS = 6_000;

interface Notice {
  readonly id: number;
  readonly severity: AlertVariant;
  readonly title: string;
  readonly detail?: string;
}

interface Notices {
  /** Tells that something was done; goes away by itself. */
  readonly done: (title: string) => void;
  /** Tells that something failed; stays until it is closed. */
  readonly failed: (error: unknown) => void;
}

const NoticeContext = createContext<Notices>({ done: () => {}, failed: () => {} });

/** Short messages about what a person has just done. */
export function useNotices(): Notices {
  return useContext(NoticeContext);
}

/** Shows the messages, in a corner of the screen, and reads them out. */
export function NoticeProvider({ children }: { readonly children: ReactNode }) {
  const styles = useStyles2(getStyles);
  const [shown, setShown] = useState<readonly Notice[]>([]);
  const nextId = useRef(0);
  const close = useCallback((id: number) => setShown((all) => all.filter((one) => one.id !== id)), []);
  const show = useCallback((notice: Omit<Notice, 'id'>): number => {
    const id = nextId.current++;
    setShown((all) => [...all.slice(-3), { ...notice, id }]);
    return id;
  }, []);
  const notices = useMemo<Notices>(
    () => ({
      done: (title) => {
        const id = show({ severity: 'success', title });
        setTimeout(() => close(id), SHOWN_MS);
      },
      failed: (error) => void show({ severity: 'error', ...describeError(error) }),
    }),
    [show, close],
  );
  return (
    <NoticeContext.Provider value={notices}>
      {children}
      <div className={styles.corner} aria-live="polite">
        {shown.map(({ id, severity, title, detail }) => (
          <Alert key={id} severity={severity} title={title} elevated onRemove={() => close(id)}>
            {detail}
          </Alert>
        ))}
      </div>
    </NoticeContext.Provider>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    corner: css({
      position: 'fixed',
      zIndex: theme.zIndex.portal,
      right: theme.spacing(2),
      bottom: theme.spacing(8),
      width: 'min(420px, calc(100vw - 32px))',
    }),
  };
}
