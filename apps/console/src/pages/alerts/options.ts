import type { ComboboxOption } from '@grafana/ui';
import { api, dataOf } from '../../client/api.js';

/** Suggestions that are offered at a time. */
const OFFERED = 50;

/** Devices whose ID or name has the text in it. */
export async function deviceOptions(text: string): Promise<ComboboxOption[]> {
  const search = text.replaceAll('*', '').trim();
  const query = { limit: OFFERED, ...(search === '' ? {} : { search }) };
  const { items } = await dataOf(api.GET('/api/devices', { params: { query } }));
  return items.map(({ deviceId, name }) => ({
    value: deviceId,
    label: deviceId,
    description: name ?? undefined,
  }));
}

/** Rules whose ID, name or description has the text in it. */
export async function ruleOptions(text: string): Promise<ComboboxOption[]> {
  const query = { limit: OFFERED, ...(text.trim() === '' ? {} : { text: text.trim() }) };
  const { items } = await dataOf(api.GET('/api/rules', { params: { query } }));
  return items.map(({ id, name }) => ({ value: id, label: name, description: id }));
}
