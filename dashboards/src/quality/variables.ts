import { chosen } from '../filters.js';

/** SQL condition over a relation with the columns `site` and `device_id`: it is of a chosen site and device. */
export const CHOSEN = (relation: string): string =>
  `${chosen(`${relation}.site`, 'site')} AND ${chosen(`${relation}.device_id`, 'device')}`;

/** The same of a dead letter, which may be of no device; `d` is the device that it is of. */
export const CHOSEN_LETTER = `${chosen('d.site', 'site')} AND ${chosen('l.device_id', 'device')}`;
