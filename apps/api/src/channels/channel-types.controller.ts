import { Controller, Get } from '@nestjs/common';
import type { z } from 'zod';
import { CHANNEL_TYPES } from '@fieldstream/notify';
import { Documented } from '../http/documented.js';
import type * as schemas from './channel-schemas.js';
import { ChannelTypeList } from './channel-schemas.js';
import { CHANNEL_TYPE_GUIDES } from './channel-type-guides.js';

/** What types of channels there are, for forms. */
@Controller('api/channel-types')
export class ChannelTypesController {
  @Get()
  @Documented({
    tag: 'Channels',
    summary: 'Types of notification channels, with their settings',
    response: ChannelTypeList,
  })
  list(): z.input<typeof schemas.ChannelTypeList> {
    const items = CHANNEL_TYPES.map(({ type, secretFields, defaults }) => {
      const guide = CHANNEL_TYPE_GUIDES[type];
      const fieldsOf = (fields: Readonly<Record<string, string>> = {}, isRequired: boolean) =>
        Object.entries(fields).map(([name, description]) => ({
          name,
          description,
          isRequired,
          isSecret: secretFields.some((path) => path.split('.')[0] === name),
        }));
      return {
        type,
        summary: guide?.summary ?? type,
        fields: [...fieldsOf(guide?.required, true), ...fieldsOf(guide?.optional, false)],
        example: { ...guide?.example },
        defaults: { ...defaults },
      };
    });
    return { items };
  }
}
