import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ApiError } from '../../client/api-error.js';
import { api } from '../../client/api.js';
import { useNotices } from '../../shell/notices.js';
import { useActingName } from './acting-name.js';

/** What somebody does to alerts. */
export type AlertAct =
  | { readonly do: 'acknowledge' }
  | { readonly do: 'snooze'; readonly untilMs: number }
  | { readonly do: 'unsnooze' };

/** How alerts are acted on. */
export interface Acting {
  /** `onDone` is called when it has succeeded. */
  readonly act: (what: AlertAct, alertIds: readonly string[], onDone?: () => void) => void;
  readonly isActing: boolean;
}

/** Requests at a time, where an act is for many alerts. */
const AT_A_TIME = 6;

const DONE: Readonly<Record<AlertAct['do'], string>> = {
  acknowledge: 'acknowledged',
  snooze: 'snoozed',
  unsnooze: 'no longer snoozed',
};

/** Acts on alerts under the person's name, tells what came of it, and brings what is shown up to date. */
export function useAlertActing(): Acting {
  const by = useActingName();
  const notices = useNotices();
  const client = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: async ({ what, alertIds }: { what: AlertAct; alertIds: readonly string[] }) => {
      const left = [...alertIds];
      let resolved = 0;
      const work = async (): Promise<void> => {
        for (let id = left.pop(); id !== undefined; id = left.pop()) {
          // One that has cleared in the meantime needs nothing any more.
          await actOn(what, id, by).catch((error: unknown) => {
            if (!(error instanceof ApiError && error.problem.kind === 'already-resolved')) throw error;
            resolved++;
          });
        }
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, work));
      return { what, done: alertIds.length - resolved, resolved };
    },
    onSuccess: ({ what, done, resolved }) => {
      if (done > 0) notices.done(`${count(done)} ${DONE[what.do]}`);
      if (resolved > 0) notices.done(`${count(resolved)} resolved already`);
    },
    onError: notices.failed,
    onSettled: () => client.invalidateQueries({ queryKey: ['alerts'] }),
  });
  return {
    act: (what, alertIds, onDone) => mutate({ what, alertIds }, { onSuccess: () => onDone?.() }),
    isActing: isPending,
  };
}

async function actOn(what: AlertAct, id: string, by: string): Promise<void> {
  const path = { id };
  switch (what.do) {
    case 'acknowledge':
      await api.POST('/api/alerts/{id}/acknowledge', { params: { path }, body: { by } });
      return;
    case 'snooze': {
      const until = new Date(what.untilMs).toISOString();
      await api.POST('/api/alerts/{id}/snooze', { params: { path }, body: { until, by } });
      return;
    }
    case 'unsnooze':
      await api.DELETE('/api/alerts/{id}/snooze', { params: { path, query: { by } } });
  }
}

function count(number: number): string {
  return number === 1 ? 'Alert' : `${number} alerts`;
}
