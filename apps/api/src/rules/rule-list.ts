import type { RuleSnapshot, RuleStore, StoredRule } from '@fieldstream/timescale';

export interface RuleListFilter {
  readonly enabled?: boolean | undefined;
  readonly kind?: string | undefined;
  /** Part of the ID, the name or the description, in any case. */
  readonly text?: string | undefined;
  /** Rules after this ID. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface RuleListPage {
  readonly items: readonly StoredRule[];
  readonly next: string | undefined;
  readonly faulty: RuleSnapshot['faulty'];
}

/** What does not move the revision (which file defines a rule) shows after this time at the latest. */
const MAX_AGE_MS = 30_000;

/** All rules in memory, read anew when one has changed: reading and checking 10,000 of them for each page would be slow. */
export class RuleList {
  #known: { readonly snapshot: RuleSnapshot; readonly readAtMs: number } | undefined;

  constructor(
    private readonly rules: RuleStore,
    private readonly now: () => number,
  ) {}

  /** In the order of the IDs. @throws DatabaseError */
  async page(filter: RuleListFilter): Promise<RuleListPage> {
    const { rules, faulty } = await this.#read();
    const { enabled, kind, after, limit } = filter;
    const text = filter.text?.toLowerCase();
    const found = rules.filter(
      ({ rule }) =>
        (after === undefined || rule.id > after) &&
        (enabled === undefined || rule.enabled === enabled) &&
        (kind === undefined || rule.kind === kind) &&
        (text === undefined ||
          [rule.id, rule.name, rule.description].some((words) => words.toLowerCase().includes(text))),
    );
    const items = found.slice(0, limit);
    return { items, next: found.length > limit ? items.at(-1)?.rule.id : undefined, faulty };
  }

  /** How many rules there are, those included that cannot be evaluated. @throws DatabaseError */
  async count(): Promise<number> {
    const { rules, faulty } = await this.#read();
    return rules.length + faulty.length;
  }

  async #read(): Promise<RuleSnapshot> {
    const known = this.#known;
    const nowMs = this.now();
    const isYoung = known !== undefined && nowMs - known.readAtMs < MAX_AGE_MS;
    if (isYoung && known.snapshot.revision === (await this.rules.revision())) return known.snapshot;
    const snapshot = await this.rules.snapshot();
    // The database may sort by a language's rules; the cursor compares code units.
    const rules = [...snapshot.rules].sort((a, b) => (a.rule.id < b.rule.id ? -1 : 1));
    this.#known = { snapshot: { ...snapshot, rules }, readAtMs: nowMs };
    return this.#known.snapshot;
  }
}
