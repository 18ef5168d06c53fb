/** Values by name, e.g. of the process's environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

const PLACEHOLDER = /\$\$\{|\$\{([^}]*)(\}?)/g;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Puts values of the environment in the place of `${NAME}`; `$${` stands for `${` itself. A blank variable counts as unset.
 * @returns the text, or what is wrong with it, which shows no value
 */
export function fillEnvironment(
  text: string,
  env: Environment,
): { readonly ok: true; readonly text: string } | { readonly ok: false; readonly fault: string } {
  let fault: string | undefined;
  const filled = text.replaceAll(PLACEHOLDER, (all, name: string | undefined, end: string) => {
    if (name === undefined) return '${';
    const isName = NAME.test(name) && end !== '';
    const value = isName && Object.hasOwn(env, name) ? env[name] : undefined;
    if (value !== undefined && value.trim() !== '') return value;
    fault ??= isName
      ? `needs the environment variable ${name}, which is not set`
      : 'has ${ without the name of an environment variable and } after it; write $${ for ${ itself';
    return all;
  });
  return fault === undefined ? { ok: true, text: filled } : { ok: false, fault };
}
