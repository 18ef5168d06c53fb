import { clamp, DAY, HOUR, type Dice } from './dice.js';

const SUNRISE = 6;
const SUNSET = 20;

/** The weather that all sites of a fleet share, a pure function of the time. */
export class Climate {
  readonly #dice: Dice;
  readonly #zoneOffsetMs: number;

  /** @param zoneOffsetMs Milliseconds east of UTC: day and night are those of this zone. */
  constructor(dice: Dice, zoneOffsetMs: number) {
    this.#dice = dice;
    this.#zoneOffsetMs = zoneOffsetMs;
  }

  /** What a clock on the wall shows, as milliseconds: whole days begin at local midnight. */
  localMs(timeMs: number): number {
    return timeMs + this.#zoneOffsetMs;
  }

  /** [0, 24), local time. */
  hourOf(timeMs: number): number {
    return (this.localMs(timeMs) % DAY) / HOUR;
  }

  /** Share of a clear noon's light: 0 at night, at most 1. */
  sunOf(timeMs: number): number {
    const hour = this.hourOf(timeMs);
    return Math.max(0, Math.sin((Math.PI * (hour - SUNRISE)) / (SUNSET - SUNRISE)));
  }

  /** Share of the sky, 0 to 1. */
  cloudOf(timeMs: number): number {
    const slow = this.#dice.drift(1, timeMs, 7 * HOUR);
    return clamp(0.45 + 0.5 * slow + 0.25 * this.#dice.drift(2, timeMs, 0.3 * HOUR), 0, 1);
  }

  /** Light that arrives through the clouds, 0 to 1. */
  daylightOf(timeMs: number): number {
    return this.sunOf(timeMs) * (1 - 0.75 * this.cloudOf(timeMs));
  }

  /** °C, warmest in mid-afternoon; -1 to 23. */
  temperatureOf(timeMs: number): number {
    const daily = 5 * Math.cos((2 * Math.PI * (this.hourOf(timeMs) - 15)) / 24);
    return 11 + daily + 5 * this.#dice.drift(3, timeMs, 2 * DAY) + this.#dice.drift(4, timeMs, 2 * HOUR);
  }

  /** hPa, 993 to 1033. */
  pressureOf(timeMs: number): number {
    return 1013 + 17 * this.#dice.drift(5, timeMs, 1.5 * DAY) + 3 * this.#dice.drift(6, timeMs, 5 * HOUR);
  }

  /** mm/h, mostly 0. It rains from thick clouds only. */
  rainOf(timeMs: number): number {
    const shower = 0.5 + 0.5 * this.#dice.drift(7, timeMs, 0.5 * HOUR);
    return Math.max(0, this.cloudOf(timeMs) - 0.75) * 4 * 6 * shower;
  }

  /** m/s, mean of ten minutes; 0.2 to 7.8. */
  windOf(timeMs: number): number {
    return 4 + 2.6 * this.#dice.drift(8, timeMs, 6 * HOUR) + 1.2 * this.#dice.drift(9, timeMs, 0.2 * HOUR);
  }

  /** Degrees, 0 to below 360. */
  windDirectionOf(timeMs: number): number {
    const turned = 225 + 90 * this.#dice.drift(10, timeMs, 9 * HOUR);
    return (turned + 20 * this.#dice.drift(11, timeMs, 0.1 * HOUR) + 360) % 360;
  }
}
