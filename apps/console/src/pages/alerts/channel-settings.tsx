import { css } from '@emotion/css';
import { isRecord } from '@fieldstream/domain';
import type { GrafanaTheme2 } from '@grafana/data';
import {
  Button,
  Combobox,
  Field,
  IconButton,
  Input,
  SecretInput,
  Switch,
  TagsInput,
  TextArea,
  useStyles2,
} from '@grafana/ui';
import type { Schema } from '../../client/api.js';
import { isSetMark, shapeOf, templateFields, type ChannelDraft } from './channel-draft.js';
import { NumberInput } from './parsed-input.js';
import { faultAt, type Faults } from './rule-draft.js';

type Setting = Schema<'ChannelTypeList'>['items'][number]['fields'][number];

interface SettingProps {
  readonly setting: Setting;
  readonly id: string;
  readonly type: string;
  readonly value: unknown;
  readonly example: unknown;
  readonly isReadOnly: boolean;
  readonly onChange: (value: unknown) => void;
}

/** The settings of a type of channel, as the API describes them. */
export function ChannelSettings(props: {
  readonly type: Schema<'ChannelTypeList'>['items'][number];
  readonly config: ChannelDraft['config'];
  readonly faults: Faults;
  readonly isReadOnly: boolean;
  readonly onChange: (config: ChannelDraft['config']) => void;
}) {
  const { type, config, faults, isReadOnly, onChange } = props;
  return type.fields.map((setting) => {
    const id = `setting-${setting.name}`;
    const fault = faultAt(faults, `config.${setting.name}`);
    return (
      <Field
        key={`${type.type} ${setting.name}`}
        label={labelOf(setting.name)}
        description={
          setting.isSecret ? `${setting.description} Secret: it is never shown again.` : setting.description
        }
        required={setting.isRequired}
        htmlFor={id}
        invalid={fault !== undefined}
        error={fault}
      >
        <SettingControl
          setting={setting}
          id={id}
          type={type.type}
          value={config[setting.name]}
          example={type.example[setting.name]}
          isReadOnly={isReadOnly}
          onChange={(value) => onChange({ ...config, [setting.name]: value })}
        />
      </Field>
    );
  });
}

function SettingControl(props: SettingProps) {
  const { setting, id, value, example, isReadOnly, onChange } = props;
  const placeholder = typeof example === 'string' || typeof example === 'number' ? String(example) : '';
  switch (shapeOf(setting.name)) {
    case 'number':
      return (
        <NumberInput
          id={id}
          width={16}
          disabled={isReadOnly}
          value={typeof value === 'number' ? value : undefined}
          onChange={onChange}
        />
      );
    case 'flag':
      return (
        <Switch
          id={id}
          disabled={isReadOnly}
          value={value === true}
          onChange={(event) => onChange(event.currentTarget.checked ? true : undefined)}
        />
      );
    case 'texts':
      return (
        <TagsInput
          id={id}
          disabled={isReadOnly}
          addOnBlur
          autoColors={false}
          maxLength={320}
          placeholder="Type, then press Enter"
          tags={Array.isArray(value) ? value.filter((text) => typeof text === 'string') : []}
          onChange={onChange}
        />
      );
    case 'choice':
      return (
        <Combobox
          id={id}
          width={16}
          disabled={isReadOnly}
          value={typeof value === 'string' ? value : 'POST'}
          options={['POST', 'PUT'].map((method) => ({ value: method, label: method }))}
          onChange={(option) => onChange(option.value)}
        />
      );
    case 'lines':
      return (
        <TextArea
          id={id}
          rows={4}
          disabled={isReadOnly}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'pairs':
      return <Pairs {...props} />;
    case 'template':
      return <Template {...props} />;
    case 'text':
      return setting.isSecret ? (
        <SecretInput
          id={id}
          disabled={isReadOnly}
          autoComplete="off"
          placeholder={placeholder}
          isConfigured={isSetMark(value)}
          value={typeof value === 'string' ? value : ''}
          onReset={() => onChange(null)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      ) : (
        <Input
          id={id}
          disabled={isReadOnly}
          placeholder={placeholder}
          value={typeof value === 'string' || typeof value === 'number' ? String(value) : ''}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}

/** Names with values: headers, labels. Rows with the same name would be one, so a name is taken once. */
function Pairs({ setting, id, value, isReadOnly, onChange }: SettingProps) {
  const styles = useStyles2(getStyles);
  const pairs = isRecord(value) && !isSetMark(value) ? Object.entries(value) : [];
  const set = (changed: readonly (readonly [string, unknown])[]): void =>
    onChange(Object.fromEntries(changed));
  return (
    <div className={styles.pairs} id={id}>
      {pairs.map(([name, held], index) => {
        const replace = (pair: readonly [string, unknown]): void =>
          set(pairs.map((before, at) => (at === index ? pair : before)));
        return (
          // The name is what is edited here.
          // oxlint-disable-next-line react/no-array-index-key
          <div key={index} className={styles.pair}>
            <Input
              aria-label={`Name ${index + 1} of ${setting.name}`}
              placeholder="name"
              disabled={isReadOnly || isSetMark(held)}
              value={name}
              onChange={(event) => {
                const renamed = event.currentTarget.value;
                if (!pairs.some(([other], at) => other === renamed && at !== index)) replace([renamed, held]);
              }}
            />
            {setting.isSecret ? (
              <SecretInput
                aria-label={`Value ${index + 1} of ${setting.name}`}
                placeholder="value"
                disabled={isReadOnly}
                autoComplete="off"
                isConfigured={isSetMark(held)}
                value={typeof held === 'string' ? held : ''}
                onReset={() => replace([name, ''])}
                onChange={(event) => replace([name, event.currentTarget.value])}
              />
            ) : (
              <Input
                aria-label={`Value ${index + 1} of ${setting.name}`}
                placeholder="value"
                disabled={isReadOnly}
                value={typeof held === 'string' ? held : ''}
                onChange={(event) => replace([name, event.currentTarget.value])}
              />
            )}
            {isReadOnly ? null : (
              <IconButton
                name="trash-alt"
                tooltip={`Remove ${name === '' ? `row ${index + 1}` : name}`}
                onClick={() => set(pairs.filter((_, at) => at !== index))}
              />
            )}
          </div>
        );
      })}
      {isReadOnly || pairs.some(([name]) => name === '') ? null : (
        <Button
          type="button"
          size="sm"
          variant="secondary"
          fill="outline"
          icon="plus"
          onClick={() => set([...pairs, ['', '']])}
        >
          Add
        </Button>
      )}
    </div>
  );
}

function Template({ id, type, value, isReadOnly, onChange }: SettingProps) {
  const styles = useStyles2(getStyles);
  const texts = isRecord(value) ? value : {};
  return (
    <div className={styles.pairs} id={id}>
      {templateFields(type).map((name) => (
        <TextArea
          key={name}
          aria-label={`${labelOf(name)} of the template`}
          placeholder={`${labelOf(name)} (as usual where empty)`}
          rows={name === 'contentType' || name === 'title' ? 1 : 3}
          disabled={isReadOnly}
          value={typeof texts[name] === 'string' ? texts[name] : ''}
          onChange={(event) => onChange({ ...texts, [name]: event.currentTarget.value })}
        />
      ))}
    </div>
  );
}

/** `routingKey` as people read it: `Routing key`. */
function labelOf(name: string): string {
  if (name === 'url') return 'URL';
  if (name === 'ca') return 'Certificate authority';
  const words = name
    .replaceAll(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace('url', 'URL')
    .replace('api', 'API')
    .replace('tls', 'TLS')
    .replace(' id', ' ID');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function getStyles(theme: GrafanaTheme2) {
  return {
    pairs: css({ display: 'grid', gap: theme.spacing(1), justifyItems: 'start' }),
    pair: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), width: '100%' }),
  };
}
