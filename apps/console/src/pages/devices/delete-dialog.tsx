import { Alert, Button, Field, Input, Modal, RadioButtonList } from '@grafana/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { useNavigate } from 'react-router';
import { api } from '../../client/api.js';
import { describeError } from '../../components/states.js';
import { useNotices } from '../../shell/notices.js';
import type { Device } from './device-queries.js';

type History = 'keep' | 'delete';

const DELETE = {
  value: 'delete' as const,
  label: 'Delete it with its history',
  description: 'Its readings, its alerts and its credentials go. This cannot be undone.',
};
const KEEP = {
  value: 'keep' as const,
  label: 'Take its credentials away',
  description: 'It is not registered any more; its readings and alerts stay.',
};

/** Asks what is to go, and for the device's ID, before anything is deleted. */
export function DeleteDialog({ device, close }: { readonly device: Device; readonly close: () => void }) {
  const id = useId();
  const client = useQueryClient();
  const navigate = useNavigate();
  const notices = useNotices();
  const [history, setHistory] = useState<History>(device.registered ? 'keep' : 'delete');
  const [typed, setTyped] = useState('');
  const remove = useMutation({
    mutationFn: () =>
      api.DELETE('/api/devices/{id}', {
        params: { path: { id: device.deviceId }, query: { history } },
      }),
    onSuccess: ({ response }) => {
      close();
      if (history === 'keep') {
        void client.invalidateQueries({ queryKey: ['devices'] });
        notices.done('The device is not registered any more');
        return;
      }
      notices.done(response.status === 202 ? 'The device is being deleted' : 'The device was deleted');
      // Its own page is left first: there is nothing to read for it any more.
      void navigate('/devices');
      void client.invalidateQueries({ queryKey: ['devices', 'list'] });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (typed === device.deviceId) remove.mutate();
  };
  return (
    <Modal title="Delete the device" isOpen onDismiss={close}>
      <form onSubmit={submit}>
        {device.registered ? (
          <RadioButtonList<History>
            name={`${id}-history`}
            options={[KEEP, DELETE]}
            value={history}
            onChange={setHistory}
          />
        ) : (
          <p>{DELETE.description}</p>
        )}
        <Field
          label={`Type the device ID, ${device.deviceId}, to go on`}
          htmlFor={`${id}-typed`}
          style={{ marginTop: 16 }}
        >
          <Input
            id={`${id}-typed`}
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        </Field>
        {remove.error === null ? null : (
          <Alert severity="error" title={describeError(remove.error).title}>
            {describeError(remove.error).detail}
          </Alert>
        )}
        <Modal.ButtonRow>
          <Button type="button" variant="secondary" onClick={close}>
            Cancel
          </Button>
          <Button
            type="submit"
            variant="destructive"
            disabled={typed !== device.deviceId || remove.isPending}
          >
            {history === 'keep' ? 'Take credentials away' : 'Delete with history'}
          </Button>
        </Modal.ButtonRow>
      </form>
    </Modal>
  );
}
