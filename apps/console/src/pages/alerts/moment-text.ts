import { dateTimeFormat } from '@grafana/data';

/** A moment as people here write it. */
export function momentText(time: string | number): string {
  return dateTimeFormat(typeof time === 'number' ? time : Date.parse(time));
}
