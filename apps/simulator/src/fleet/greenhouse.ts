import type { DeviceKind, Model, Surroundings } from './device-kind.js';
import { clamp, DAY, HOUR, MINUTE, round, SECOND } from './dice.js';
import { elapsedOf } from './incident.js';

/** Milliseconds that a zone's irrigation takes, and °C that full heating brings. */
const WATERING_MS = 12 * MINUTE;
const HEATING_POWER = 16;
/** The valve that does not close: ppm that it adds, how long they rise, when the valve is shut, how fast it then clears. */
const LEAK = { ppm: 2_200, riseMs: 80 * SECOND, shutMs: 160 * SECOND, clearingMs: 40 * SECOND };

/** Greenhouse zones that follow the sun: heating by night, vents by day, irrigation, and a carbon dioxide supply. */
export const greenhouse: DeviceKind = {
  site: 'greenhouse',
  kind: 'zone',
  nameOf: (n) => `Greenhouse zone ${n}`,
  intervalMs: 5 * SECOND,
  habits: [
    'steady',
    'steady',
    'spikes',
    'dropouts',
    'steady',
    'stuck',
    'late',
    'steady',
    'repeats',
    'steady',
  ],
  incident: { device: 2, afterMs: 12 * MINUTE },
  // -127 °C is what the common one-wire driver reports for a sensor that does not answer.
  faults: { spike: { metric: 'temperature', value: -127 }, stuck: 'humidity' },
  rule: {
    slug: 'co2-too-high',
    name: 'Carbon dioxide too high (demo)',
    description: 'Open the vents, stop the dosing.',
    severity: 'warning',
    metric: 'co2',
    params: { operator: '>', threshold: 1_800, clearThreshold: 1_500 },
    forMs: 20 * SECOND,
  },
  model: greenhouseModel,
};

function greenhouseModel({ dice, climate, incident }: Surroundings): Model {
  const warmerBy = dice.between(1, 0, -1, 1);
  const glass = dice.between(2, 0, 0.6, 0.75);
  const dryingMs = dice.between(3, 0, 14 * HOUR, 22 * HOUR);
  const dryPhase = dice.chance(4);

  return (timeMs) => {
    const outside = climate.temperatureOf(timeMs);
    const daylight = climate.daylightOf(timeMs);
    const goal = 17 + warmerBy + 4 * Math.min(1, 3 * climate.sunOf(timeMs));
    const unheated = outside + 3 + 20 * daylight;
    const heating = clamp((goal - unheated) / HEATING_POWER, 0, 1);
    const vent = clamp((unheated - goal - 3) / 14, 0, 1);
    const temperature =
      unheated +
      0.95 * HEATING_POWER * heating -
      0.6 * vent * (unheated - outside) +
      0.4 * dice.drift(5, timeMs, 0.4 * HOUR) +
      0.3 * dice.drift(6, timeMs, 3 * DAY);
    const humidity = 82 - 1.4 * (temperature - 17) - 15 * vent + 4 * dice.drift(7, timeMs, HOUR);
    // By day the supply keeps the level up for as long as the vents are shut; by night the plants breathe.
    const supplied = 420 + (1 - vent) * (150 + 330 * Math.min(1, 3 * climate.sunOf(timeMs)));
    const co2 = supplied + 40 * dice.drift(8, timeMs, 0.5 * HOUR) + leakOf(elapsedOf(incident, timeMs));
    return {
      temperature: round(temperature + 0.08 * dice.jitter(9, timeMs), 2),
      humidity: round(clamp(humidity + 0.4 * dice.jitter(10, timeMs), 5, 100), 1),
      soil_moisture: round(
        moistureOf(timeMs / dryingMs + dryPhase, dryingMs) + 0.15 * dice.jitter(11, timeMs),
        1,
      ),
      light: Math.round(Math.max(0, 95_000 * glass * daylight * (1 + 0.02 * dice.jitter(12, timeMs)))),
      co2: Math.round(co2 + 6 * dice.jitter(13, timeMs)),
      heating: round(100 * heating, 0),
      vent: round(100 * vent, 0),
    };
  };
}

/** Percent: dries from 42 to 28, then is watered within minutes. */
function moistureOf(cycles: number, dryingMs: number): number {
  const place = cycles % 1;
  const watering = WATERING_MS / dryingMs;
  return place < watering ? 28 + (14 * place) / watering : 42 - (14 * (place - watering)) / (1 - watering);
}

function leakOf(elapsedMs: number | undefined): number {
  if (elapsedMs === undefined) return 0;
  const risen = LEAK.ppm * Math.min(1, elapsedMs / LEAK.riseMs);
  return risen * Math.exp(-Math.max(0, elapsedMs - LEAK.shutMs) / LEAK.clearingMs);
}
