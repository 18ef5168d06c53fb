import { z } from 'zod';
import { component } from '../http/components.js';

export const ServerResource = component(
  'Server',
  z.object({
    version: z.string().describe('Of this program.'),
    mqtt: z
      .object({
        host: z
          .string()
          .describe('Where HOST is every address of the machine, the host that this request was sent to.'),
        port: z.int(),
      })
      .describe('Where devices connect.'),
    devicePolicy: z
      .enum(['open', 'registered'])
      .describe(
        '`open`: any client publishes, and only the name of a registered device needs its token. `registered`: registered devices alone.',
      ),
  }),
);
