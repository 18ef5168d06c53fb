import { describe, expect, test } from '@jest/globals';
import { CHANNEL_TYPE_GUIDES } from '../../../../api/src/channels/channel-type-guides.js';
import type { Schema } from '../../client/api.js';
import { channelDraftOf, channelOf, hasKeptSecrets, newChannel, shapeOf } from './channel-draft.js';

describe('the way a setting is entered', () => {
  const settings = Object.entries(CHANNEL_TYPE_GUIDES).flatMap(([type, { example }]) =>
    Object.entries(example).map(([name, value]) => [type, name, value] as const),
  );

  test.each(settings)('%s: %s fits its example', (_type, name, value) => {
    const shape = shapeOf(name);
    if (Array.isArray(value)) expect(shape).toBe('texts');
    else if (typeof value === 'object') expect(['pairs', 'template']).toContain(shape);
    else if (typeof value === 'number') expect(shape).toBe('number');
    else expect(['text', 'lines', 'choice']).toContain(shape);
  });

  test.each(Object.keys(CHANNEL_TYPE_GUIDES))('%s has no setting named after an object', (type) => {
    const guide = CHANNEL_TYPE_GUIDES[type];
    const described = Object.entries({ ...guide?.required, ...guide?.optional });
    for (const [name, text] of described) {
      if (text.startsWith('Whether')) expect(shapeOf(name)).toBe('flag');
      if (text.includes('{"')) expect(shapeOf(name)).toBe('template');
    }
  });
});

describe('a channel, edited and sent', () => {
  const sent = {
    id: 'ops',
    name: 'Operations',
    type: 'webhook' as const,
    enabled: true,
    minSeverity: 'warning' as const,
    sendResolved: false,
    groupWaitMs: 3_000,
    messagesPerMinute: 20,
    config: {
      url: 'https://example.org',
      secret: { isSet: true },
      headers: { authorization: { isSet: true } },
    },
  };

  test('is the same, its secrets kept', () => {
    const stored: Schema<'Channel'> = { ...sent, provenance: null, createdAt: '', updatedAt: '' };
    const draft = channelDraftOf(stored);
    expect(channelOf(draft)).toEqual(sent);
    expect(hasKeptSecrets(draft)).toBe(true);
    expect(hasKeptSecrets({ config: { headers: { authorization: { isSet: true } } } })).toBe(true);
  });

  test('has no settings that are empty, but tells of a secret that is taken away', () => {
    const draft = {
      ...newChannel('webhook'),
      id: 'a',
      name: ' A ',
      config: {
        url: 'x',
        secret: null,
        method: '',
        headers: { '': 'x', b: '' },
        tags: [],
        template: { body: 'b', contentType: '' },
      },
    };
    expect(channelOf(draft)).toEqual({
      id: 'a',
      name: 'A',
      type: 'webhook',
      enabled: true,
      minSeverity: 'info',
      sendResolved: true,
      config: { url: 'x', secret: null, template: { body: 'b' } },
    });
    expect(hasKeptSecrets(draft)).toBe(false);
  });
});
