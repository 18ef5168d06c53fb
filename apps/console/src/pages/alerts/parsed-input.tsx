import { Input } from '@grafana/ui';
import { useState, type ComponentProps } from 'react';
import { durationText, parseDurationText } from './duration-text.js';

interface ParsedInputProps extends Omit<ComponentProps<typeof Input>, 'value' | 'onChange'> {
  /** Undefined where nothing is entered, NaN where what is entered is no such value. */
  readonly value: number | undefined;
  readonly onChange: (value: number | undefined) => void;
}

/** A number. Follows changes from elsewhere, and leaves what is being typed as it is. */
export function NumberInput(props: ParsedInputProps) {
  return <ParsedInput inputMode="decimal" {...props} parse={parseNumber} format={String} />;
}

/** A duration in milliseconds, entered as `5m` or `1h 30m`. */
export function DurationInput(props: ParsedInputProps) {
  return <ParsedInput placeholder="0s" {...props} parse={parseDuration} format={durationText} />;
}

function ParsedInput(
  props: ParsedInputProps & {
    readonly parse: (text: string) => number;
    readonly format: (value: number) => string;
  },
) {
  const { value, onChange, parse, format, ...rest } = props;
  const [typed, setTyped] = useState('');
  const read = (text: string): number | undefined => (text.trim() === '' ? undefined : parse(text));
  const shown = Object.is(read(typed), value)
    ? typed
    : value === undefined || Number.isNaN(value)
      ? ''
      : format(value);
  return (
    <Input
      {...rest}
      value={shown}
      onChange={(event) => {
        const text = event.currentTarget.value;
        setTyped(text);
        onChange(read(text));
      }}
    />
  );
}

function parseNumber(text: string): number {
  // A comma is what many keyboards have.
  return Number(text.trim().replace(',', '.').replace('−', '-'));
}

function parseDuration(text: string): number {
  return parseDurationText(text) ?? NaN;
}
