/** `$name`, `[[name:format]]`, `${name.field.path:format}`: the ways to name a variable, as Grafana reads them. */
const EXPRESSION = /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:}]+))?(?::([^}]+))?\}/g;

/** A place in a text at which a variable stands. */
export interface VariableExpression {
  /** As it is written. */
  readonly whole: string;
  readonly name: string;
  /** What follows the name: `fields[0].text` in `${__data.fields[0].text}`. */
  readonly path?: string;
  readonly format?: string;
}

/** Puts in the place of each expression what `replace` gives; undefined leaves it as it is. */
export function replaceExpressions(
  text: string,
  replace: (expression: VariableExpression) => string | undefined,
): string {
  if (!text.includes('$') && !text.includes('[[')) return text;
  return text.replace(
    EXPRESSION,
    (
      whole,
      plain?: string,
      square?: string,
      squareFormat?: string,
      curly?: string,
      path?: string,
      curlyFormat?: string,
    ) => {
      const format = squareFormat ?? curlyFormat;
      return (
        replace({
          whole,
          name: plain ?? square ?? curly ?? '',
          ...(path === undefined ? {} : { path }),
          ...(format === undefined ? {} : { format }),
        }) ?? whole
      );
    },
  );
}

/** The names that a text mentions. */
export function namesIn(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  replaceExpressions(text, ({ name }) => {
    names.add(name);
    return undefined;
  });
  return names;
}
