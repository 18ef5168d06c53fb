import { Button, Field, Input, Modal } from '@grafana/ui';
import { useState, useSyncExternalStore } from 'react';

const KEY = 'fieldstream.name';
const UNNAMED = 'console';
const listeners = new Set<() => void>();
let name = read();

function read(): string {
  try {
    return localStorage.getItem(KEY) ?? UNNAMED;
  } catch {
    return UNNAMED;
  }
}

function keep(entered: string): void {
  name = entered.trim().slice(0, 200) || UNNAMED;
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Storage may be forbidden; the name then lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Under which name alerts are acknowledged and snoozed from this browser. */
export function useActingName(): string {
  return useSyncExternalStore(subscribe, () => name);
}

/** Shows that name, and changes it. */
export function ActingName() {
  const current = useActingName();
  const [entered, setEntered] = useState<string>();
  const close = (): void => setEntered(undefined);
  return (
    <>
      <Button
        variant="secondary"
        fill="text"
        icon="user"
        onClick={() => setEntered(current === UNNAMED ? '' : current)}
      >
        Acting as {current}
      </Button>
      {entered === undefined ? null : (
        <Modal title="Your name" isOpen onDismiss={close}>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              keep(entered);
              close();
            }}
          >
            <Field
              label="Name"
              description="Shown to everybody beside what you acknowledge and snooze."
              htmlFor="acting-name"
            >
              <Input
                id="acting-name"
                value={entered}
                maxLength={200}
                placeholder={UNNAMED}
                autoFocus
                onChange={(event) => setEntered(event.currentTarget.value)}
              />
            </Field>
            <Modal.ButtonRow>
              <Button type="button" variant="secondary" fill="outline" onClick={close}>
                Cancel
              </Button>
              <Button type="submit">Save</Button>
            </Modal.ButtonRow>
          </form>
        </Modal>
      )}
    </>
  );
}
