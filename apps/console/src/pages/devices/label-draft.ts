export interface LabelRow {
  /** Tells the row from the others while it is edited. */
  readonly id: number;
  readonly name: string;
  readonly value: string;
}

/** Labels while a person edits them: the site has a field of its own. */
export interface LabelDraft {
  readonly site: string;
  readonly rows: readonly LabelRow[];
}

const SITE = 'site';

/** What there is to edit of a device's labels. */
export function toDraft(labels: Readonly<Record<string, string>>): LabelDraft {
  const { [SITE]: site = '', ...rest } = labels;
  return {
    site,
    rows: Object.entries(rest)
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([name, value], id) => ({ id, name, value })),
  };
}

/** The draft with an empty row more. */
export function withRow(draft: LabelDraft): LabelDraft {
  const id = Math.max(-1, ...draft.rows.map((row) => row.id)) + 1;
  return { ...draft, rows: [...draft.rows, { id, name: '', value: '' }] };
}

/** The labels that a draft stands for. Rows without a name or a value are none; of two with one name the later counts. */
export function labelsOf(draft: LabelDraft): Record<string, string> {
  const rows = [{ name: SITE, value: draft.site }, ...draft.rows];
  return Object.fromEntries(
    rows
      .map(({ name, value }) => [name.trim(), value.trim()] as const)
      .filter(([name, value]) => name !== '' && value !== ''),
  );
}

/** What the API has to be told so that `before` becomes what the draft says: null takes a label away. */
export function labelChange(
  before: Readonly<Record<string, string>>,
  draft: LabelDraft,
): Record<string, string | null> {
  const after = labelsOf(draft);
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  const set = Object.entries(after).filter(([name, value]) => before[name] !== value);
  return Object.fromEntries([...gone.map((name) => [name, null] as const), ...set]);
}
