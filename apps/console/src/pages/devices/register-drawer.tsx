import { Alert, Button, Drawer, Field, Input, Stack } from '@grafana/ui';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { Link } from 'react-router';
import { isValidDeviceId } from '@fieldstream/domain';
import { api, dataOf, type Schema } from '../../client/api.js';
import { ApiError } from '../../client/api-error.js';
import { describeError } from '../../components/states.js';
import { Credentials } from './credentials.js';
import { devicePath } from './device-path.js';
import { serverQuery } from './device-queries.js';
import { FirstReading } from './first-reading.js';
import { labelsOf, toDraft } from './label-draft.js';
import { LabelsField } from './labels-field.js';
import { SnippetTabs } from './snippet-tabs.js';

/** Registers a device, then shows its credentials, once, and how to connect with them. */
export function RegisterDrawer(props: { readonly close: () => void; readonly deviceId?: string }) {
  const [registered, setRegistered] = useState<Schema<'RegisteredDevice'>>();
  return (
    <Drawer
      title={registered === undefined ? 'Register a device' : `Connect ${registered.device.deviceId}`}
      size="md"
      // The password would be gone with a stray click.
      closeOnMaskClick={registered === undefined}
      onClose={props.close}
    >
      {registered === undefined ? (
        <RegisterForm deviceId={props.deviceId ?? ''} close={props.close} registered={setRegistered} />
      ) : (
        <Connect answer={registered} close={props.close} />
      )}
    </Drawer>
  );
}

function RegisterForm(props: {
  readonly deviceId: string;
  readonly registered: (answer: Schema<'RegisteredDevice'>) => void;
  readonly close: () => void;
}) {
  const id = useId();
  const client = useQueryClient();
  const [deviceId, setDeviceId] = useState(props.deviceId);
  const [name, setName] = useState('');
  const [labels, setLabels] = useState(() => toDraft({}));
  const [isTouched, setTouched] = useState(false);
  const register = useMutation({
    mutationFn: () =>
      dataOf(
        api.POST('/api/devices', {
          body: {
            deviceId: deviceId.trim(),
            ...(name.trim() === '' ? {} : { name: name.trim() }),
            labels: labelsOf(labels),
          },
        }),
      ),
    onSuccess: (answer) => {
      void client.invalidateQueries({ queryKey: ['devices'] });
      props.registered(answer);
    },
  });
  const idFault =
    faultOf(register.error, 'deviceId') ?? (isTouched ? deviceIdFault(deviceId.trim()) : undefined);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTouched(true);
    if (deviceIdFault(deviceId.trim()) === undefined) register.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Field
        label="Device ID"
        description="Its name in MQTT topics, e.g. boiler-1. It cannot be changed later."
        htmlFor={`${id}-id`}
        invalid={idFault !== undefined}
        error={idFault}
        required
      >
        <Input
          id={`${id}-id`}
          autoFocus
          autoComplete="off"
          spellCheck={false}
          value={deviceId}
          readOnly={props.deviceId !== ''}
          onChange={(event) => {
            register.reset();
            setDeviceId(event.currentTarget.value);
          }}
          onBlur={() => setTouched(deviceId !== '')}
        />
      </Field>
      <Field
        label="Name"
        description="For people; may be left out."
        htmlFor={`${id}-name`}
        invalid={faultOf(register.error, 'name') !== undefined}
        error={faultOf(register.error, 'name')}
      >
        <Input
          id={`${id}-name`}
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </Field>
      <LabelsField draft={labels} change={setLabels} fault={faultOf(register.error, 'labels')} />
      {register.error === null ? null : (
        <Alert severity="error" title={describeError(register.error).title}>
          {describeError(register.error).detail}
        </Alert>
      )}
      <Stack direction="row" gap={1}>
        <Button type="submit" disabled={register.isPending}>
          {register.isPending ? 'Registering…' : 'Register'}
        </Button>
        <Button type="button" variant="secondary" onClick={props.close}>
          Cancel
        </Button>
      </Stack>
    </form>
  );
}

function Connect(props: { readonly answer: Schema<'RegisteredDevice'>; readonly close: () => void }) {
  const { device, credentials } = props.answer;
  const server = useQuery(serverQuery);
  return (
    <>
      <Credentials credentials={credentials} />
      {server.data === undefined ? null : (
        <SnippetTabs
          facts={{
            deviceId: device.deviceId,
            password: credentials.password,
            needsPassword: true,
            ...server.data.mqtt,
          }}
        />
      )}
      <FirstReading deviceId={device.deviceId} lastSeen={device.lastSeen} />
      <Stack direction="row" gap={2} alignItems="center">
        <Button onClick={props.close}>Done</Button>
        <Link to={devicePath(device.deviceId)} className="external-link">
          Open the device
        </Link>
      </Stack>
    </>
  );
}

function deviceIdFault(deviceId: string): string | undefined {
  if (deviceId === '') return 'A device needs an ID.';
  if (isValidDeviceId(deviceId)) return undefined;
  return 'An ID has 1 to 128 characters, none of them /, + or #, and no control characters.';
}

function faultOf(error: unknown, field: string): string | undefined {
  const fault = error instanceof ApiError ? error.faultOf(field) : undefined;
  return fault === undefined ? undefined : `It ${fault}.`;
}
