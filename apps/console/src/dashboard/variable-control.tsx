import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Combobox, Icon, Input, MultiCombobox, Tooltip, useStyles2, type ComboboxOption } from '@grafana/ui';
import { useEffect, useId, useState } from 'react';
import { useDashboard } from './dashboard-context.js';
import type { ResolvedVariable } from './resolve-variables.js';
import { ALL } from './variable-model.js';
import { filterOptions, sortOptions } from './variable-options.js';

/** Choice of a variable's value, with its name before it. */
export function VariableControl({ variable }: { readonly variable: ResolvedVariable }) {
  const styles = useStyles2(getStyles);
  const id = useId();
  const { model, fault } = variable;
  const hint = [model.description, fault === undefined ? '' : `Its options could not be read: ${fault}`]
    .filter((text) => text !== '')
    .join(' ');
  return (
    <div className={styles.control}>
      <label htmlFor={id} className={model.hide === 'label' ? 'sr-only' : styles.label}>
        {model.label}
        {hint === '' ? null : (
          <Tooltip content={hint}>
            <Icon
              name={fault === undefined ? 'info-circle' : 'exclamation-triangle'}
              size="sm"
              className={styles.hint}
            />
          </Tooltip>
        )}
      </label>
      <Choice id={id} variable={variable} />
    </div>
  );
}

function Choice({ id, variable }: { readonly id: string; readonly variable: ResolvedVariable }) {
  const { model } = variable;
  if (model.type === 'textbox') return <TextChoice id={id} variable={variable} />;
  if (model.isMulti) return <MultiChoice id={id} variable={variable} />;
  return <SingleChoice id={id} variable={variable} />;
}

function TextChoice({ id, variable }: { readonly id: string; readonly variable: ResolvedVariable }) {
  const { setVariable } = useDashboard();
  const value = variable.chosen[0] ?? '';
  const [typed, setTyped] = useState({ over: value, text: value });
  // What the address says later goes before what was typed earlier.
  const draft = typed.over === value ? typed.text : value;
  const commit = (): void => {
    if (draft !== value) setVariable(variable.model.name, [draft]);
  };
  return (
    <Input
      id={id}
      width={20}
      value={draft}
      onChange={(event) => setTyped({ over: value, text: event.currentTarget.value })}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
      }}
    />
  );
}

function SingleChoice({ id, variable }: { readonly id: string; readonly variable: ResolvedVariable }) {
  const { setVariable } = useDashboard();
  const options = useOptions(variable);
  const value = variable.chosen[0];
  const text = value === undefined ? undefined : textOf(variable, value);
  return (
    <Combobox
      id={id}
      width="auto"
      minWidth={12}
      maxWidth={40}
      value={value === undefined ? null : { value, label: text ?? value }}
      options={options}
      loading={false}
      // What is typed is looked for, and would itself stand first in the list.
      createCustomValue={variable.model.allowsCustomValue && !variable.model.isSearched}
      placeholder="Nothing to choose"
      onChange={(option) => setVariable(variable.model.name, [option.value])}
    />
  );
}

/** Several values take effect when the list is left, not one by one. */
const COMMIT_AFTER_MS = 800;

function MultiChoice({ id, variable }: { readonly id: string; readonly variable: ResolvedVariable }) {
  const { setVariable } = useDashboard();
  const options = useOptions(variable);
  const { model, chosen } = variable;
  const [picked, setPicked] = useState<{
    readonly over: readonly string[];
    readonly values: readonly string[];
  }>();
  const draft = picked?.over === chosen ? picked.values : undefined;
  const values = draft ?? chosen;
  const commit = (): void => {
    if (draft === undefined) return;
    if (draft.join('\n') === chosen.join('\n')) setPicked(undefined);
    else setVariable(model.name, draft.length === 0 && model.includesAll ? [ALL] : draft);
  };
  useEffect(() => {
    if (draft === undefined) return undefined;
    const timer = setTimeout(commit, COMMIT_AFTER_MS);
    return () => clearTimeout(timer);
  });
  const change = (selected: readonly ComboboxOption[]): void => {
    const next = selected.map(({ value }) => value);
    // "All" stands alone: it takes the place of the others, and they of it.
    const isAllNew = next.includes(ALL) && !values.includes(ALL);
    setPicked({ over: chosen, values: isAllNew ? [ALL] : next.filter((value) => value !== ALL) });
  };
  return (
    <div
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) commit();
      }}
    >
      <MultiCombobox
        id={id}
        width="auto"
        minWidth={16}
        maxWidth={50}
        value={values.map((value) => ({ value, label: textOf(variable, value) }))}
        options={options}
        createCustomValue={model.allowsCustomValue && !model.isSearched}
        placeholder="Nothing chosen"
        onChange={change}
      />
    </div>
  );
}

function textOf({ options }: ResolvedVariable, value: string): string {
  return value === ALL ? 'All' : (options.find((option) => option.value === value)?.text ?? value);
}

/** The list, or what looks for options as somebody types. */
function useOptions(
  variable: ResolvedVariable,
): ComboboxOption[] | ((typed: string) => Promise<ComboboxOption[]>) {
  const { searchOptions } = useDashboard();
  const { model, options } = variable;
  const all = model.includesAll ? [{ value: ALL, label: 'All' }] : [];
  const shown = (list: readonly { readonly value: string; readonly text: string }[]): ComboboxOption[] =>
    list.map(({ value, text }) => ({ value, label: text }));
  if (!model.isSearched) return [...all, ...shown(options)];
  return async (typed) => {
    const found = typed === '' ? options : await searchOptions(model, typed);
    const listed = typed === '' ? found : sortOptions(filterOptions(found, model.regex), model.sort);
    return [...(typed === '' ? all : []), ...shown(listed)];
  };
}

function getStyles(theme: GrafanaTheme2) {
  return {
    control: css({
      display: 'flex',
      alignItems: 'stretch',
      // A long name is cut off at the edge of the screen.
      [theme.breakpoints.down('sm')]: {
        maxWidth: '100%',
        '& > :last-child': { minWidth: 0, maxWidth: '100%', '& *': { maxWidth: '100%' } },
      },
    }),
    label: css({
      display: 'inline-flex',
      alignItems: 'center',
      gap: theme.spacing(0.5),
      padding: theme.spacing(0, 1),
      minHeight: 32,
      whiteSpace: 'nowrap',
      fontSize: theme.typography.bodySmall.fontSize,
      fontWeight: theme.typography.fontWeightMedium,
      background: theme.colors.background.secondary,
      border: `1px solid ${theme.colors.border.weak}`,
      borderRight: 'none',
      borderRadius: theme.shape.radius.default,
      borderTopRightRadius: 0,
      borderBottomRightRadius: 0,
    }),
    hint: css({ color: theme.colors.text.secondary }),
  };
}
