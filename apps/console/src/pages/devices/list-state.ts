import { SILENT_AFTER_MS } from './device-status.js';

/** Devices on a page of the list. */
export const PAGE_SIZE = 50;

/** Which devices the list shows. */
export const SHOWN = [
  { value: 'all', label: 'All devices' },
  { value: 'alerts', label: 'With alerts' },
  { value: 'connected', label: 'Online' },
  { value: 'sleeping', label: 'Sleeping' },
  { value: 'offline', label: 'Offline' },
  { value: 'silent', label: 'Silent' },
  { value: 'registered', label: 'Registered' },
  { value: 'unregistered', label: 'Not registered' },
  { value: 'disabled', label: 'Disabled' },
] as const;

export const SORTS = [
  { value: 'trouble', label: 'Trouble first' },
  { value: 'name', label: 'Name' },
  { value: 'id', label: 'Device ID' },
  { value: 'last-seen', label: 'Last seen' },
  { value: 'silent', label: 'Silent for longest' },
] as const;

export type Shown = (typeof SHOWN)[number]['value'];
export type Sort = (typeof SORTS)[number]['value'];

/** What the list of devices shows; all of it stands in the address. */
export interface ListState {
  readonly search: string;
  readonly show: Shown;
  /** `name=value`; a device has all of them. */
  readonly labels: readonly string[];
  readonly sort: Sort;
  /** From 1. */
  readonly page: number;
}

/** The state that an address tells; what it does not know is as if it were not there. */
export function readListState(params: URLSearchParams): ListState {
  const page = Number(params.get('page') ?? 1);
  return {
    search: (params.get('search') ?? '').slice(0, 200),
    show: SHOWN.find(({ value }) => value === params.get('show'))?.value ?? 'all',
    labels: params.getAll('label').filter((label) => label.indexOf('=') > 0),
    sort: SORTS.find(({ value }) => value === params.get('sort'))?.value ?? 'trouble',
    page: Number.isInteger(page) && page >= 1 && page <= 100_000 ? page : 1,
  };
}

/** The same address with another state; parameters that are not of the list stay. */
export function writeListState(params: URLSearchParams, state: ListState): URLSearchParams {
  const written = new URLSearchParams(params);
  for (const name of ['search', 'show', 'label', 'sort', 'page']) written.delete(name);
  if (state.search !== '') written.set('search', state.search);
  if (state.show !== 'all') written.set('show', state.show);
  for (const label of state.labels) written.append('label', label);
  if (state.sort !== 'trouble') written.set('sort', state.sort);
  if (state.page > 1) written.set('page', String(state.page));
  return written;
}

/** Whether anything narrows the list. */
export function isNarrowed({ search, show, labels }: ListState): boolean {
  return search !== '' || show !== 'all' || labels.length > 0;
}

/** What the API is asked for, at `nowMs`. */
export function listQuery({ search, show, labels, sort, page }: ListState, nowMs: number) {
  // The API refuses control characters; nobody searches for them.
  const wanted = search.replace(/\p{Cc}/gu, '').trim();
  return {
    ...(wanted === '' ? {} : { search: wanted }),
    ...filterOf(show, nowMs),
    ...(labels.length === 0 ? {} : { label: [...labels] }),
    sort,
    limit: PAGE_SIZE,
    ...(page > 1 ? { skip: (page - 1) * PAGE_SIZE } : {}),
  };
}

function filterOf(show: Shown, nowMs: number) {
  switch (show) {
    case 'all':
      return {};
    case 'alerts':
      return { alerts: true };
    case 'connected':
      return { presence: 'online' as const };
    case 'sleeping':
      return { presence: 'sleeping' as const };
    case 'offline':
      return { presence: 'offline' as const };
    case 'silent':
      return { seenBefore: new Date(nowMs - SILENT_AFTER_MS).toISOString() };
    case 'registered':
      return { registered: true };
    case 'unregistered':
      return { registered: false };
    case 'disabled':
      return { disabled: true };
  }
}
