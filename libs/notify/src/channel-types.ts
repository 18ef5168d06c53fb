import { type ChannelType } from './channel-type.js';
import { alertmanager } from './types/alertmanager.js';
import { discord } from './types/discord.js';
import { email } from './types/email.js';
import { ntfy } from './types/ntfy.js';
import { opsgenie } from './types/opsgenie.js';
import { pagerduty } from './types/pagerduty.js';
import { slack } from './types/slack.js';
import { teams } from './types/teams.js';
import { telegram } from './types/telegram.js';
import { webhook } from './types/webhook.js';

/** Every type of channel. A new one is added by its own file and a line here. */
export const CHANNEL_TYPES: readonly ChannelType[] = [
  webhook,
  slack,
  discord,
  teams,
  pagerduty,
  opsgenie,
  ntfy,
  telegram,
  email,
  alertmanager,
];

const BY_NAME: ReadonlyMap<string, ChannelType> = new Map(CHANNEL_TYPES.map((type) => [type.type, type]));

/** The type of that name, or `undefined`. */
export function channelType(name: string): ChannelType | undefined {
  return BY_NAME.get(name);
}
