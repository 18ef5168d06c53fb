import { Button, Dropdown, Field, Input, Menu, Modal, type ButtonProps } from '@grafana/ui';
import { useState } from 'react';

const MINUTE_MS = 60_000;
const MOST_MS = 30 * 24 * 60 * MINUTE_MS;

const DURATIONS: readonly (readonly [label: string, minutes: number])[] = [
  ['15 minutes', 15],
  ['1 hour', 60],
  ['4 hours', 240],
  ['8 hours', 480],
  ['1 day', 1_440],
  ['1 week', 10_080],
];

/** Snoozes for a duration that is chosen, or until a time that is entered. */
export function SnoozeButton(props: {
  readonly onSnooze: (untilMs: number) => void;
  readonly isDisabled?: boolean;
  readonly size?: ButtonProps['size'];
  /** What is snoozed, for who does not see where the button stands. */
  readonly what: string;
}) {
  const { onSnooze, isDisabled = false, size = 'md', what } = props;
  const [isAsking, setAsking] = useState(false);
  const menu = (
    <Menu>
      {DURATIONS.map(([label, minutes]) => (
        <Menu.Item key={label} label={label} onClick={() => onSnooze(Date.now() + minutes * MINUTE_MS)} />
      ))}
      <Menu.Divider />
      <Menu.Item label="Until…" icon="clock-nine" onClick={() => setAsking(true)} />
    </Menu>
  );
  return (
    <>
      <Dropdown overlay={menu} placement="bottom-end">
        <Button
          variant="secondary"
          size={size}
          icon="clock-nine"
          disabled={isDisabled}
          aria-label={`Snooze ${what}`}
        >
          Snooze
        </Button>
      </Dropdown>
      {isAsking ? <SnoozeUntil onSnooze={onSnooze} onClose={() => setAsking(false)} /> : null}
    </>
  );
}

function SnoozeUntil(props: { readonly onSnooze: (untilMs: number) => void; readonly onClose: () => void }) {
  const [entered, setEntered] = useState(() => localText(Date.now() + 60 * MINUTE_MS));
  const [fault, setFault] = useState<string>();
  const submit = (): void => {
    const untilMs = Date.parse(entered);
    const aheadMs = untilMs - Date.now();
    if (!(aheadMs > 0 && aheadMs <= MOST_MS)) {
      setFault('It has to be in the future, by at most 30 days.');
      return;
    }
    props.onSnooze(untilMs);
    props.onClose();
  };
  return (
    <Modal title="Snooze until" isOpen onDismiss={props.onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field
          label="Until"
          description="Channels are not told until then. If it still fires then, they are told again."
          htmlFor="snooze-until"
          invalid={fault !== undefined}
          error={fault}
        >
          <Input
            id="snooze-until"
            type="datetime-local"
            value={entered}
            onChange={(event) => setEntered(event.currentTarget.value)}
          />
        </Field>
        <Modal.ButtonRow>
          <Button type="button" variant="secondary" fill="outline" onClick={props.onClose}>
            Cancel
          </Button>
          <Button type="submit">Snooze</Button>
        </Modal.ButtonRow>
      </form>
    </Modal>
  );
}

/** A time as an input of the browser takes it: local, to the minute. */
function localText(timeMs: number): string {
  const offsetMs = new Date(timeMs).getTimezoneOffset() * MINUTE_MS;
  return new Date(timeMs - offsetMs).toISOString().slice(0, 16);
}
