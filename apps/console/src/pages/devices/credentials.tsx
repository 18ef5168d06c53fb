import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Alert, ClipboardButton, Field, Input, useStyles2 } from '@grafana/ui';
import { useId } from 'react';
import type { Schema } from '../../client/api.js';

/** User name and password, which the server tells once. */
export function Credentials({ credentials }: { readonly credentials: Schema<'DeviceCredentials'> }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.credentials}>
      <Alert severity="warning" title="The password is shown only now">
        Copy it to the device or to a safe place. The server keeps no copy; when it is lost, make a new one.
      </Alert>
      <Secret label="MQTT user name" value={credentials.username} />
      <Secret label="MQTT password" value={credentials.password} />
    </div>
  );
}

function Secret({ label, value }: { readonly label: string; readonly value: string }) {
  const id = useId();
  return (
    <Field label={label} htmlFor={id}>
      <Input
        id={id}
        readOnly
        value={value}
        onFocus={(event) => event.currentTarget.select()}
        addonAfter={
          <ClipboardButton
            icon="copy"
            variant="secondary"
            aria-label={`Copy: ${label}`}
            getText={() => value}
          >
            Copy
          </ClipboardButton>
        }
      />
    </Field>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    credentials: css({ input: { fontFamily: theme.typography.fontFamilyMonospace } }),
  };
}
