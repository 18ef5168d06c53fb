import { css } from '@emotion/css';
import { COMPARISON_OPERATORS, SEVERITIES, type ComparisonOperator } from '@fieldstream/domain';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Combobox, Field, IconButton, Input, TagsInput, useStyles2 } from '@grafana/ui';
import {
  levelsOf,
  limitFieldsOf,
  nextLevel,
  nextSeverity,
  numberOf,
  operatorOf,
  severityOf,
  takesLevels,
  withOperator,
  type LimitField,
  type Params,
} from './limits.js';
import { DurationInput, NumberInput } from './parsed-input.js';
import { faultAt, type Faults, type RuleDraft } from './rule-draft.js';
import { formOf, withParam, type KindField, type KindForm } from './rule-kind-forms.js';

interface ConditionProps {
  readonly draft: RuleDraft;
  readonly faults: Faults;
  readonly isReadOnly: boolean;
  readonly onParams: (params: Params) => void;
}

const OPERATORS: Readonly<Record<ComparisonOperator, string>> = {
  '>': 'above',
  '>=': 'at or above',
  '<': 'below',
  '<=': 'at or below',
  '=': 'exactly',
  '!=': 'other than',
  inside: 'inside',
  outside: 'outside',
};

const LIMITS: Readonly<Record<LimitField, string>> = {
  threshold: 'Threshold',
  clearThreshold: 'Clears at',
  low: 'From',
  high: 'To',
  clearLow: 'Clears from',
  clearHigh: 'Clears to',
};

/** The condition of a rule: the parameters of its kind, from the kind's description. */
export function ConditionFields(props: ConditionProps) {
  const { draft, faults, isReadOnly, onParams } = props;
  const styles = useStyles2(getStyles);
  const form = formOf(draft.kind);
  const { params } = draft;
  return (
    <>
      <div className={styles.row}>
        {form.fields
          .filter(({ isShown }) => isShown?.(params) ?? true)
          .map((field) => (
            <ParamField
              key={field.name}
              field={field}
              value={params[field.name]}
              fault={faultAt(faults, `params.${field.name}`)}
              id={`param-${field.name}`}
              isReadOnly={isReadOnly}
              onChange={(value) => onParams(withParam(form, params, field.name, value))}
            />
          ))}
      </div>
      {form.comparison === undefined ? null : (
        <ComparisonFields {...props} subject={form.comparison.subject} />
      )}
      <Levels {...props} form={form} />
      {faults.get('params') === undefined ? null : <p role="alert">{faults.get('params')}</p>}
    </>
  );
}

function ComparisonFields(props: ConditionProps & { readonly subject: string }) {
  const { draft, faults, isReadOnly, onParams, subject } = props;
  const styles = useStyles2(getStyles);
  const operator = operatorOf(draft.params);
  return (
    <>
      <div className={styles.row}>
        <Field
          label={`Fires when ${subject}`}
          htmlFor="param-operator"
          invalid={faultAt(faults, 'params.operator') !== undefined}
          error={faultAt(faults, 'params.operator')}
        >
          <Combobox
            id="param-operator"
            width={20}
            disabled={isReadOnly}
            value={operator ?? null}
            options={COMPARISON_OPERATORS.map((value) => ({ value, label: OPERATORS[value] }))}
            onChange={({ value }) => onParams(withOperator(draft.params, value))}
          />
        </Field>
        {operator === undefined ? null : (
          <LimitFields
            limits={draft.params}
            operator={operator}
            path="params"
            id="param"
            faults={faults}
            isReadOnly={isReadOnly}
            onChange={onParams}
          />
        )}
      </div>
      {operator === undefined || operator === '=' || operator === '!=' ? null : (
        <p className={styles.hint}>
          Between the limit and where it clears lies the hysteresis: there, an alert stays as it is. Left
          empty, it clears at the limit.
        </p>
      )}
    </>
  );
}

function LimitFields(props: {
  readonly limits: Params;
  readonly operator: ComparisonOperator;
  readonly path: string;
  readonly id: string;
  readonly faults: Faults;
  readonly isReadOnly: boolean;
  readonly onChange: (limits: Params) => void;
}) {
  const { limits, operator, path, id, faults, isReadOnly, onChange } = props;
  return limitFieldsOf(operator).map((field) => {
    const fault = faultAt(faults, `${path}.${field}`);
    return (
      <Field
        key={field}
        label={LIMITS[field]}
        htmlFor={`${id}-${field}`}
        invalid={fault !== undefined}
        error={fault}
      >
        <NumberInput
          id={`${id}-${field}`}
          width={14}
          disabled={isReadOnly}
          placeholder={field.startsWith('clear') ? 'the same' : ''}
          value={numberOrNaN(limits[field])}
          onChange={(value) => onChange({ ...limits, [field]: value })}
        />
      </Field>
    );
  });
}

function Levels(props: ConditionProps & { readonly form: KindForm }) {
  const { draft, faults, isReadOnly, onParams, form } = props;
  const styles = useStyles2(getStyles);
  const { params } = draft;
  const operator = operatorOf(params);
  const { ladder } = form;
  const levels = levelsOf(params);
  const isPossible =
    ladder === undefined
      ? form.comparison !== undefined && operator !== undefined && takesLevels(operator)
      : (form.takesLevels?.(params) ?? true);
  if (!isPossible) return null;
  const set = (changed: readonly Params[]): void =>
    onParams(withParam(form, params, 'levels', changed.length === 0 ? undefined : changed));
  const replace = (index: number, level: Params): void =>
    set(levels.map((before, at) => (at === index ? level : before)));
  const added =
    ladder === undefined ? nextLevel(params, draft.severity) : nextStep(params, ladder.name, draft);
  return (
    <div>
      {levels.map((level, index) => {
        const path = `params.levels[${index}]`;
        const own = faults.get(path) ?? faults.get(`${path}.severity`);
        return (
          <fieldset key={path} className={styles.level}>
            <legend className={styles.legend}>Level {index + 2}</legend>
            <div className={styles.row}>
              <Field
                label="Severity"
                htmlFor={`level-${index}-severity`}
                invalid={own !== undefined}
                error={own}
              >
                <Combobox
                  id={`level-${index}-severity`}
                  width={16}
                  disabled={isReadOnly}
                  value={severityOf(level) ?? null}
                  options={SEVERITIES.map((value) => ({ value, label: value }))}
                  onChange={({ value }) => replace(index, { ...level, severity: value })}
                />
              </Field>
              {ladder !== undefined ? (
                <ParamField
                  field={ladder}
                  value={level[ladder.name]}
                  fault={faultAt(faults, `${path}.${ladder.name}`)}
                  id={`level-${index}-${ladder.name}`}
                  isReadOnly={isReadOnly}
                  onChange={(value) => replace(index, { ...level, [ladder.name]: value })}
                />
              ) : operator === undefined ? null : (
                <LimitFields
                  limits={level}
                  operator={operator}
                  path={path}
                  id={`level-${index}`}
                  faults={faults}
                  isReadOnly={isReadOnly}
                  onChange={(limits) => replace(index, limits)}
                />
              )}
              {isReadOnly ? null : (
                <IconButton
                  name="trash-alt"
                  tooltip={`Remove level ${index + 2}`}
                  onClick={() => set(levels.filter((_, at) => at !== index))}
                />
              )}
            </div>
          </fieldset>
        );
      })}
      {faults.get('params.levels') === undefined ? null : <p role="alert">{faults.get('params.levels')}</p>}
      {isReadOnly || added === undefined ? null : (
        <Button
          type="button"
          size="sm"
          variant="secondary"
          fill="outline"
          icon="plus"
          onClick={() => set([...levels, added])}
        >
          Add a more severe level
        </Button>
      )}
    </div>
  );
}

/** A further level of a ladder of numbers: twice the one before, and more severe. */
function nextStep(params: Params, field: string, draft: RuleDraft): Params | undefined {
  const levels = levelsOf(params);
  const last = levels.at(-1) ?? params;
  const severity = nextSeverity(levels.length === 0 ? draft.severity : severityOf(last));
  return severity === undefined ? undefined : { severity, [field]: (numberOf(last[field]) ?? 1) * 2 };
}

function ParamField(props: {
  readonly field: KindField;
  readonly value: unknown;
  readonly fault: string | undefined;
  readonly id: string;
  readonly isReadOnly: boolean;
  readonly onChange: (value: unknown) => void;
}) {
  const { field, value, fault, id, isReadOnly, onChange } = props;
  return (
    <Field
      label={field.label}
      description={field.help}
      htmlFor={id}
      invalid={fault !== undefined}
      error={fault}
      required={field.isOptional !== true && field.shape.as !== 'choice'}
    >
      <ParamControl id={id} field={field} value={value} isReadOnly={isReadOnly} onChange={onChange} />
    </Field>
  );
}

function ParamControl(props: {
  readonly field: KindField;
  readonly value: unknown;
  readonly id: string;
  readonly isReadOnly: boolean;
  readonly onChange: (value: unknown) => void;
}) {
  const { field, value, id, isReadOnly, onChange } = props;
  const { shape } = field;
  switch (shape.as) {
    case 'duration':
      return (
        <DurationInput
          id={id}
          width={16}
          disabled={isReadOnly}
          value={numberOrNaN(value)}
          onChange={onChange}
        />
      );
    case 'count':
    case 'number':
      return (
        <NumberInput
          id={id}
          width={16}
          disabled={isReadOnly}
          value={numberOrNaN(value)}
          onChange={onChange}
        />
      );
    case 'choice':
      return (
        <Combobox
          id={id}
          width={24}
          disabled={isReadOnly}
          value={typeof value === 'string' ? value : (shape.options[0]?.value ?? null)}
          options={[...shape.options]}
          onChange={(option) => onChange(option.value)}
        />
      );
    case 'text':
      return (
        <Input
          id={id}
          width={24}
          disabled={isReadOnly}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'texts':
      return (
        <TagsInput
          id={id}
          width={40}
          disabled={isReadOnly}
          addOnBlur
          autoColors={false}
          tags={Array.isArray(value) ? value.filter((text) => typeof text === 'string') : []}
          onChange={onChange}
        />
      );
  }
}

/** A number as it is, even where it is none: so that what is typed stays. */
function numberOrNaN(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function getStyles(theme: GrafanaTheme2) {
  return {
    row: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'flex-end', columnGap: theme.spacing(2) }),
    hint: css({
      color: theme.colors.text.secondary,
      fontSize: theme.typography.bodySmall.fontSize,
      marginBottom: theme.spacing(1),
    }),
    level: css({
      margin: theme.spacing(1, 0),
      padding: theme.spacing(1),
      border: `1px solid ${theme.colors.border.weak}`,
      borderRadius: theme.shape.radius.default,
    }),
    legend: css({
      ...theme.typography.bodySmall,
      color: theme.colors.text.secondary,
      width: 'auto',
      margin: 0,
    }),
  };
}
