import type { DeviceKind, Model, Surroundings } from './device-kind.js';
import { clamp, MINUTE, round, SECOND } from './dice.js';
import { elapsedOf } from './incident.js';

/** The squall: how long it lasts, and m/s of its strongest gust above the wind. */
const SQUALL = { lengthMs: 2 * MINUTE, metresPerSecond: 20 };

/** Weather stations on the roof, under the same sky as the greenhouses, and a squall now and then. */
export const weatherStation: DeviceKind = {
  site: 'roof',
  kind: 'weather',
  nameOf: (n) => `Weather station ${n}`,
  intervalMs: 10 * SECOND,
  habits: ['steady', 'dropouts'],
  incident: { device: 1, afterMs: 15 * MINUTE },
  faults: { spike: { metric: 'humidity', value: 0 }, stuck: 'humidity' },
  rule: {
    slug: 'gale',
    name: 'Gale on the roof (demo)',
    description: 'Beaufort 8: take in what can fly.',
    severity: 'info',
    metric: 'wind_gust',
    // Beaufort 8.
    params: { operator: '>', threshold: 17.2, clearThreshold: 14 },
    forMs: 20 * SECOND,
  },
  model: weatherModel,
};

function weatherModel({ dice, climate, incident }: Surroundings): Model {
  return (timeMs) => {
    const squall = squallOf(elapsedOf(incident, timeMs));
    const wind = climate.windOf(timeMs) + 0.3 * dice.jitter(1, timeMs) + 8 * squall;
    const gust = wind * dice.between(2, timeMs, 1.15, 1.6) + (SQUALL.metresPerSecond - 8) * squall;
    const temperature = climate.temperatureOf(timeMs) - 3 * squall;
    const humidity = 74 - 2.2 * (temperature - 11) + 22 * (climate.cloudOf(timeMs) - 0.45);
    return {
      temperature: round(temperature + 0.06 * dice.jitter(3, timeMs), 2),
      humidity: round(clamp(humidity + 0.3 * dice.jitter(4, timeMs), 20, 100), 1),
      pressure: round(climate.pressureOf(timeMs) + 0.8 * squall + 0.05 * dice.jitter(5, timeMs), 2),
      rain_rate: round(climate.rainOf(timeMs) + 14 * squall, 1),
      wind_speed: round(Math.max(0, wind), 1),
      wind_gust: round(Math.max(0, gust), 1),
      wind_direction: Math.floor(climate.windDirectionOf(timeMs)),
    };
  };
}

/** 0 to 1. */
function squallOf(elapsedMs: number | undefined): number {
  if (elapsedMs === undefined || elapsedMs >= SQUALL.lengthMs) return 0;
  return Math.sin((Math.PI * elapsedMs) / SQUALL.lengthMs);
}
