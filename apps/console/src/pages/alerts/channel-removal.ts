import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type Schema } from '../../client/api.js';
import { useNotices } from '../../shell/notices.js';

type Channel = Schema<'Channel'>;

/** Deletes a channel; why it may be refused is told as the server says it. */
export function useChannelRemoval(onDeleted?: () => void | Promise<void>) {
  const client = useQueryClient();
  const notices = useNotices();
  return useMutation({
    mutationFn: ({ id }: Pick<Channel, 'id' | 'name'>) =>
      api.DELETE('/api/channels/{id}', { params: { path: { id } } }),
    onSuccess: async (_, { name }) => {
      notices.done(`${name} is deleted`);
      // Away from a page of what is no longer there, before that is asked for again.
      await onDeleted?.();
    },
    onError: notices.failed,
    onSettled: () => client.invalidateQueries({ queryKey: ['alerts'] }),
  });
}
