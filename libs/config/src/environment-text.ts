import type { Environment } from './values.js';

const PLACEHOLDER = /\$\$\{|\$\{([^}]*)(\}?)/g;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Puts values of the environment in the place of `${NAME}`; `$${` stands for `${` itself. A variable that is empty or
 * blank counts as unset, as it does everywhere in the configuration.
 * @returns the text, or what is wrong with it. Neither a fault nor anything else here shows a value.
 */
export function fillEnvironment(
  text: string,
  env: Environment,
): { readonly ok: true; readonly text: string } | { readonly ok: false; readonly fault: string } {
  const faults: string[] = [];
  const filled = text.replaceAll(
    PLACEHOLDER,
    (placeholder: string, name: string | undefined, end: string) => {
      if (name === undefined) return '${';
      const isName = NAME.test(name) && end !== '';
      const value = isName && Object.hasOwn(env, name) ? env[name] : undefined;
      if (value !== undefined && value.trim() !== '') return value;
      faults.push(
        isName
          ? `needs the environment variable ${name}, which is not set`
          : 'has ${ without the name of an environment variable and } after it, e.g. ${SMTP_PASSWORD}; write $${ for ${ itself',
      );
      return placeholder;
    },
  );
  return faults.length === 0
    ? { ok: true, text: filled }
    : { ok: false, fault: [...new Set(faults)].join(', and ') };
}
