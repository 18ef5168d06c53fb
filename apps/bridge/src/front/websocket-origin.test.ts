import { expect, test } from '@jest/globals';
import { mayConnectFrom } from './websocket-origin.js';

test.each([
  ['no browser', undefined, 'broker.example:9001', true],
  ['a page of the same host', 'https://broker.example', 'broker.example:9001', true],
  ['a page of another host', 'https://evil.example', 'broker.example:9001', false],
  ['a local page', 'http://localhost:3000', '127.0.0.1:9001', true],
  ['a page of another host to this machine', 'https://evil.example', 'localhost:9001', false],
  ['a local page over IPv6', 'http://[::1]:3000', '[::1]:9001', true],
  ['a page without an origin', 'null', '127.0.0.1:9001', false],
  ['no host', 'http://localhost', undefined, false],
])('%s', (_, origin, host, may) => {
  expect(mayConnectFrom(origin, host)).toBe(may);
});
