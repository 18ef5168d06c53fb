import { IntervalVariableBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { chosenValues } from '../filters.js';

const SILENCES = ['5m', '15m', '1h', '6h', '1d'];
const SILENCE = '15m';

/** After how long without a reading a device counts as silent. */
export const silence = new IntervalVariableBuilder('silence')
  .label('Silent after')
  .description('A device that reported nothing for this long is silent.')
  .values(SILENCES.join(','))
  .options(SILENCES.map((text) => ({ selected: text === SILENCE, text, value: text })))
  .current({ selected: true, text: SILENCE, value: SILENCE })
  .auto(false);

/** The chosen sites, devices and silence, as arguments of an SQL function. */
export const CHOSEN = `${chosenValues('site')}, ${chosenValues('device')}`;

/** Every chosen device with its status and its open alerts. */
export const FLEET = `dashboard.fleet(${CHOSEN}, '$silence'::interval)`;
