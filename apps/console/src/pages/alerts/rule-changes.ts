import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Schema } from '../../client/api.js';
import { api, dataOf } from '../../client/api.js';
import { useNotices } from '../../shell/notices.js';

/** Enables, disables and deletes rules; tells what came of it, and brings what is shown up to date. */
export function useRuleChanges(onDeleted?: () => void | Promise<void>) {
  const client = useQueryClient();
  const notices = useNotices();
  const onSettled = (): Promise<void> => client.invalidateQueries({ queryKey: ['alerts'] });
  const enabling = useMutation({
    mutationFn: ({ id, enabled }: { id: string; enabled: boolean }) =>
      dataOf(api.PATCH('/api/rules/{id}', { params: { path: { id } }, body: { enabled } })),
    onSuccess: ({ name, enabled }) => notices.done(`${name} is ${enabled ? 'enabled' : 'disabled'}`),
    onError: notices.failed,
    onSettled,
  });
  const removing = useMutation({
    mutationFn: ({ id }: Pick<Schema<'Rule'>, 'id' | 'name'>) =>
      api.DELETE('/api/rules/{id}', { params: { path: { id } } }),
    onSuccess: async (_, { name }) => {
      notices.done(`${name} is deleted`);
      // Away from a page of what is no longer there, before that is asked for again.
      await onDeleted?.();
    },
    onError: notices.failed,
    onSettled,
  });
  return { enabling, removing };
}
