import { describe, expect, test } from '@jest/globals';
import { isNarrowed, listQuery, readListState, SHOWN, writeListState, type ListState } from './list-state.js';

const NOW = Date.UTC(2026, 0, 31);
const DEFAULT: ListState = { search: '', show: 'all', labels: [], sort: 'trouble', page: 1 };

describe('the address', () => {
  test.each<[string, ListState]>([
    ['', DEFAULT],
    ['search=boiler+1', { ...DEFAULT, search: 'boiler 1' }],
    ['show=alerts', { ...DEFAULT, show: 'alerts' }],
    ['label=site%3Dnorth&label=floor%3D1%3D2', { ...DEFAULT, labels: ['site=north', 'floor=1=2'] }],
    ['sort=last-seen&page=3', { ...DEFAULT, sort: 'last-seen', page: 3 }],
  ])('%s, there and back', (address, state) => {
    expect(readListState(new URLSearchParams(address))).toEqual(state);
    expect(writeListState(new URLSearchParams(), state).toString()).toBe(address);
  });

  test.each([
    'show=nothing',
    'sort=size',
    'page=0',
    'page=1.5',
    'page=x',
    'page=1e9',
    'label=',
    'label=%3Dx',
  ])('%s is as if it were not there', (address) => {
    expect(readListState(new URLSearchParams(address))).toEqual(DEFAULT);
  });

  test('other parameters stay', () => {
    const params = new URLSearchParams('kiosk=true&page=2');
    expect(writeListState(params, { ...DEFAULT, search: 'x' }).toString()).toBe('kiosk=true&search=x');
  });
});

describe('the query', () => {
  test.each<[Partial<ListState>, object]>([
    [{}, {}],
    [{ search: ' a\u0000b ' }, { search: 'ab' }],
    [{ search: '\u0007 ' }, {}],
    [{ show: 'alerts' }, { alerts: true }],
    [{ show: 'silent' }, { seenBefore: '2026-01-30T23:45:00.000Z' }],
    [{ show: 'unregistered' }, { registered: false }],
    [{ labels: ['site=north'] }, { label: ['site=north'] }],
    [{ page: 3 }, { skip: 100 }],
  ])('%j', (state, query) => {
    expect(listQuery({ ...DEFAULT, ...state }, NOW)).toEqual({ sort: 'trouble', limit: 50, ...query });
  });

  test('every choice narrows the list but `all`', () => {
    const queries = SHOWN.map(({ value }) => Object.keys(listQuery({ ...DEFAULT, show: value }, NOW)).length);
    expect(queries).toEqual([2, 3, 3, 3, 3, 3, 3, 3, 3]);
    expect(isNarrowed(DEFAULT)).toBe(false);
    expect(isNarrowed({ ...DEFAULT, sort: 'id', page: 2 })).toBe(false);
    expect(isNarrowed({ ...DEFAULT, labels: ['a=b'] })).toBe(true);
  });
});
