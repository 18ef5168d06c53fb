import type { Observation } from '@fieldstream/domain';

interface Source {
  readonly pages: AsyncIterator<readonly Observation[]>;
  page: readonly Observation[];
  at: number;
}

/**
 * Observations of several sources in one order of time. Each source comes in pages, in order; of each one page is in
 * memory. Of observations of one moment those of the earlier source come first.
 */
export async function* mergePages(
  sources: readonly AsyncIterable<readonly Observation[]>[],
): AsyncGenerator<readonly Observation[]> {
  let open: Source[] = [];
  for (const source of sources) {
    const pages = source[Symbol.asyncIterator]();
    const first = await nextPage(pages);
    if (first !== undefined) open.push({ pages, page: first, at: 0 });
  }
  while (open.length > 0) {
    const merged: Observation[] = [];
    // Until one of them needs its next page: only then is it known what comes first.
    let used: Source | undefined;
    while (used === undefined) {
      let first: Source | undefined;
      for (const source of open) if (!first || timeOf(source) < timeOf(first)) first = source;
      const observation = first?.page[first.at++];
      if (first === undefined || observation === undefined) break;
      merged.push(observation);
      if (first.at >= first.page.length) used = first;
    }
    yield merged;
    if (used === undefined) return;
    const next = await nextPage(used.pages);
    if (next === undefined) open = open.filter((source) => source !== used);
    else Object.assign(used, { page: next, at: 0 });
  }
}

function timeOf({ page, at }: Source): number {
  return page[at]?.timeMs ?? Infinity;
}

async function nextPage(
  pages: AsyncIterator<readonly Observation[]>,
): Promise<readonly Observation[] | undefined> {
  for (;;) {
    const { done, value } = await pages.next();
    if (done === true) return undefined;
    if (value.length > 0) return value;
  }
}
