import { type Api } from '../api.js';

/** One API in kafkajs's terms and in ours; what a version has not is left out of `request` and `decoded`. */
export interface KafkajsExchange<Req = unknown, Res = unknown> {
  readonly api: Api<Req, Res>;
  /** The API's name in kafkajs. */
  readonly folder: string;
  readonly args: unknown;
  readonly request: (version: number) => object;
  readonly response: Res;
  readonly decoded: (version: number) => object;
}

export function exchange<Req, Res>(one: KafkajsExchange<Req, Res>): KafkajsExchange {
  return one;
}
