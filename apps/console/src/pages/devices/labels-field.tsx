import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Combobox, Field, IconButton, Input, useStyles2 } from '@grafana/ui';
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { withRow, type LabelDraft } from './label-draft.js';
import { labelsQuery } from './device-queries.js';

/** The site, and any further labels, of a device that is being made or changed. */
export function LabelsField(props: {
  readonly draft: LabelDraft;
  readonly change: (draft: LabelDraft) => void;
  /** What the API said is wrong with them. */
  readonly fault?: string | undefined;
}) {
  const styles = useStyles2(getStyles);
  const siteId = useId();
  const { draft, change } = props;
  const { data: inUse = [] } = useQuery(labelsQuery);
  const sites = inUse.filter(({ label }) => label === 'site').map(({ value }) => ({ value, label: value }));
  const setRow = (id: number, row: { name?: string; value?: string }): void =>
    change({
      ...draft,
      rows: draft.rows.map((before) => (before.id === id ? { ...before, ...row } : before)),
    });
  return (
    <>
      <Field
        label="Site"
        description="Where it stands; dashboards can be narrowed to a site."
        htmlFor={siteId}
      >
        <Combobox
          id={siteId}
          placeholder="None"
          isClearable
          createCustomValue
          options={sites}
          value={draft.site === '' ? null : { value: draft.site, label: draft.site }}
          onChange={(option) => change({ ...draft, site: option?.value ?? '' })}
        />
      </Field>
      <Field
        label="Labels"
        description="Rules and lists can select devices by them."
        invalid={props.fault !== undefined}
        error={props.fault}
      >
        <div className={styles.rows}>
          {draft.rows.map((row, at) => (
            <div key={row.id} className={styles.row}>
              <Input
                aria-label={`Name of label ${at + 1}`}
                placeholder="Name"
                maxLength={64}
                value={row.name}
                onChange={(event) => setRow(row.id, { name: event.currentTarget.value })}
              />
              <Input
                aria-label={`Value of label ${at + 1}`}
                placeholder="Value"
                maxLength={256}
                value={row.value}
                onChange={(event) => setRow(row.id, { value: event.currentTarget.value })}
              />
              <IconButton
                name="trash-alt"
                aria-label={`Remove label ${at + 1}`}
                onClick={() => change({ ...draft, rows: draft.rows.filter(({ id }) => id !== row.id) })}
              />
            </div>
          ))}
          <div>
            <Button
              type="button"
              size="sm"
              variant="secondary"
              icon="plus"
              onClick={() => change(withRow(draft))}
            >
              Add label
            </Button>
          </div>
        </div>
      </Field>
    </>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    rows: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1) }),
    row: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1) }),
  };
}
