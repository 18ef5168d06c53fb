import { Button, Checkbox, Field, Input, Modal } from '@grafana/ui';
import { useQueryClient } from '@tanstack/react-query';
import { useState, useSyncExternalStore, type FormEvent } from 'react';
import { currentToken, isTokenWanted, keepToken, subscribeToToken } from '../client/token.js';

/** Asks for the API token once the server has refused a request for want of it. */
export function TokenDialog() {
  const isWanted = useSyncExternalStore(subscribeToToken, isTokenWanted);
  const client = useQueryClient();
  const [entered, setEntered] = useState('');
  const [remember, setRemember] = useState(false);
  if (!isWanted) return null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    keepToken(entered.trim(), { remember });
    void client.resetQueries();
  };
  return (
    <Modal title="API token" isOpen closeOnEscape={false} onDismiss={() => {}}>
      <form onSubmit={submit}>
        <p>
          {currentToken() === null
            ? 'This installation asks for its API token: the value of API_TOKEN.'
            : 'The token is not the right one.'}
        </p>
        <Field label="Token" htmlFor="api-token">
          <Input
            id="api-token"
            type="password"
            autoComplete="current-password"
            autoFocus
            value={entered}
            onChange={(event) => setEntered(event.currentTarget.value)}
          />
        </Field>
        <Field>
          <Checkbox
            label="Remember in this browser"
            value={remember}
            onChange={(event) => setRemember(event.currentTarget.checked)}
          />
        </Field>
        <Modal.ButtonRow>
          <Button type="submit" disabled={entered.trim() === ''}>
            Continue
          </Button>
        </Modal.ButtonRow>
      </form>
    </Modal>
  );
}
