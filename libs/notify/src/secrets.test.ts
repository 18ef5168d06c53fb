import { describe, expect, test } from '@jest/globals';
import { CHANNEL_TYPES } from './channel-types.js';
import { withoutSecrets } from './secret-fields.js';
import { mergeSecrets, redactConfig } from './secrets.js';
import { validConfigs } from './testing/valid-configs.js';

const isSet = { isSet: true };

describe('redactConfig', () => {
  test.each<[string, object, object]>([
    ['slack', { url: 'https://a.example/b' }, { url: isSet }],
    [
      'webhook',
      { url: 'https://a.example', secret: 's', headers: { a: 'b', c: 'd' } },
      { url: 'https://a.example', secret: isSet, headers: { a: isSet, c: isSet } },
    ],
    ['webhook', { url: 'https://a.example' }, { url: 'https://a.example' }],
    ['email', { host: 'a', user: 'u', password: 'p' }, { host: 'a', user: 'u', password: isSet }],
    ['of-the-past', { url: 'x', deep: { token: 'y' } }, { url: isSet, deep: isSet }],
  ])('%s %j', (type, config, shown) => {
    const before = structuredClone(config);
    expect(redactConfig({ type, config })).toEqual(shown);
    expect(config).toEqual(before);
  });

  test.each(CHANNEL_TYPES.map(({ type }) => type))('shows no secret of %s', (type) => {
    const shown = JSON.stringify(redactConfig({ type, config: validConfigs[type]?.most ?? {} }));
    expect(shown).toContain('isSet');
    expect(shown).not.toMatch(/SECRET|SIGNATURE|TOKEN|signing-key|header-token/);
  });
});

describe('mergeSecrets', () => {
  const before = { url: 'https://a.example', secret: 'old', headers: { a: '1', b: '2' } };
  test.each<[string, object, object]>([
    [
      'left out',
      { url: 'https://b.example' },
      { url: 'https://b.example', secret: 'old', headers: { a: '1', b: '2' } },
    ],
    [
      'given back',
      { secret: isSet, headers: { a: isSet, c: '3' } },
      { secret: 'old', headers: { a: '1', c: '3' } },
    ],
    ['replaced', { secret: 'new', headers: { a: '9' } }, { secret: 'new', headers: { a: '9' } }],
    ['taken away', { secret: null, headers: null }, {}],
    ['one of several taken away', { secret: null, headers: { a: null, b: isSet } }, { headers: { b: '2' } }],
    ['given back though it never was', { headers: { z: isSet } }, { secret: 'old', headers: {} }],
    ['of a prototype', { headers: { constructor: isSet } }, { secret: 'old', headers: {} }],
  ])('%s', (_, edited, merged) => {
    expect(mergeSecrets(before, edited, 'webhook')).toEqual(merged);
  });

  test('changes neither of what it is given', () => {
    const edited = { secret: isSet };
    mergeSecrets(before, edited, 'webhook');
    expect(edited).toEqual({ secret: { isSet: true } });
    expect(before.secret).toBe('old');
  });

  test.each(CHANNEL_TYPES.map(({ type }) => type))(
    'what was shown of %s, given back, is what is stored',
    (type) => {
      const config = validConfigs[type]?.most ?? {};
      expect(mergeSecrets(config, redactConfig({ type, config }), type)).toEqual(config);
    },
  );
});

describe('withoutSecrets', () => {
  test.each<[string, string, string[], string]>([
    ['plain', 'key s3cret!', ['s3cret!'], 'key ***'],
    ['in JSON', 'key "a\\"b\\\\c"', ['a"b\\c'], 'key "***"'],
    [
      'in JSON in JSON',
      JSON.stringify({ body: JSON.stringify({ key: 'a"b' }) }),
      ['a"b'],
      '{"body":"{\\"key\\":\\"***\\"}"}',
    ],
    ['in an address', '/x?key=a%26b', ['a&b'], '/x?key=***'],
    ['in HTML', '<p>a&amp;b</p>', ['a&b'], '<p>***</p>'],
    ['in base64', `Basic ${Buffer.from('user:pass').toString('base64')}`, ['user:pass'], 'Basic ***'],
    [
      'the path of an address',
      'Cannot POST /services/T0/XYZ',
      ['https://a.example/services/T0/XYZ'],
      'Cannot POST ***',
    ],
    ['a part of a path', 'no hook XYZXYZ', ['https://a.example/services/T0/XYZXYZ'], 'no hook ***'],
    ['not the host', 'a.example is down', ['https://a.example/'], 'a.example is down'],
    ['one within another', 'abcdef', ['abc', 'abcdef'], '***'],
    ['none', 'text', [''], 'text'],
  ])('%s', (_, text, secrets, clean) => {
    expect(withoutSecrets(text, secrets, false)).toBe(clean);
  });
});
