import { Alert, Button, Drawer, Field, Input, Stack } from '@grafana/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { api, dataOf } from '../../client/api.js';
import { describeError } from '../../components/states.js';
import { useNotices } from '../../shell/notices.js';
import type { Device } from './device-queries.js';
import { labelChange, toDraft } from './label-draft.js';
import { LabelsField } from './labels-field.js';

/** Changes what people say of a device: its name, site and labels. */
export function EditDrawer({ device, close }: { readonly device: Device; readonly close: () => void }) {
  const nameId = useId();
  const client = useQueryClient();
  const notices = useNotices();
  const [name, setName] = useState(device.name ?? '');
  const [draft, setDraft] = useState(() => toDraft(device.labels));
  const save = useMutation({
    mutationFn: () =>
      dataOf(
        api.PATCH('/api/devices/{id}', {
          params: { path: { id: device.deviceId } },
          body: {
            name: name.trim() === '' ? null : name.trim(),
            labels: labelChange(device.labels, draft),
          },
        }),
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['devices'] });
      notices.done('The device was changed');
      close();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Drawer title={`Edit ${device.name ?? device.deviceId}`} size="sm" onClose={close}>
      <form onSubmit={submit}>
        <Field label="Name" description="For people; without one the ID is shown." htmlFor={nameId}>
          <Input
            id={nameId}
            autoFocus
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        </Field>
        <LabelsField draft={draft} change={setDraft} />
        {save.error === null ? null : (
          <Alert severity="error" title={describeError(save.error).title}>
            {describeError(save.error).detail}
          </Alert>
        )}
        <Stack direction="row" gap={1}>
          <Button type="submit" disabled={save.isPending}>
            {save.isPending ? 'Saving…' : 'Save'}
          </Button>
          <Button type="button" variant="secondary" onClick={close}>
            Cancel
          </Button>
        </Stack>
      </form>
    </Drawer>
  );
}
