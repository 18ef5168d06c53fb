import { Alert, Button, Field, Input, TextArea } from '@grafana/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { COMMAND_LIMITS } from '@fieldstream/domain';
import { api, dataOf } from '../../client/api.js';
import { describeError } from '../../components/states.js';
import { payloadOf } from './command-payload.js';

/** Gives a command to a device. */
export function CommandForm({ deviceId }: { readonly deviceId: string }) {
  const id = useId();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [payload, setPayload] = useState('');
  const give = useMutation({
    mutationFn: () =>
      dataOf(
        api.POST('/api/devices/{id}/commands', {
          params: { path: { id: deviceId } },
          body: {
            ...(name.trim() === '' ? {} : { name: name.trim() }),
            payload: payloadOf(payload),
            expiresInSeconds: COMMAND_LIMITS.defaultExpiryMs / 1_000,
          },
        }),
      ),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['devices', 'commands', deviceId] }),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    give.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Field
        label="Name"
        description="What is to be done, in the words of the device: restart, POWER, relay/0, Switch.Set."
        htmlFor={`${id}-name`}
      >
        <Input
          id={`${id}-name`}
          maxLength={128}
          autoComplete="off"
          spellCheck={false}
          value={name}
          onChange={(event) => {
            give.reset();
            setName(event.currentTarget.value);
          }}
        />
      </Field>
      <Field label="Payload" description="JSON or a text; may be left out." htmlFor={`${id}-payload`}>
        <TextArea
          id={`${id}-payload`}
          rows={3}
          spellCheck={false}
          value={payload}
          onChange={(event) => {
            give.reset();
            setPayload(event.currentTarget.value);
          }}
        />
      </Field>
      {give.error === null ? null : (
        <Alert severity="error" title={describeError(give.error).title}>
          {describeError(give.error).detail}
        </Alert>
      )}
      <Button type="submit" icon="message" disabled={give.isPending}>
        Send
      </Button>
    </form>
  );
}
