import { expect, test } from '@jest/globals';
import { explainListenError } from './explain-listen-error.js';

const systemError = (code: string): Error =>
  Object.assign(new Error(code), { code, port: 80, address: '10.0.0.1' });

test.each([
  ['EADDRINUSE', 'port 80 on 10.0.0.1 is in use by another process: set OPS_PORT to a free one'],
  ['EACCES', 'port 80 may not be listened on by this user: set OPS_PORT to one above 1023'],
  ['EADDRNOTAVAIL', '10.0.0.1 is not an address of this machine: set HOST to one, e.g. 127.0.0.1'],
])('%s names the remedy and keeps the cause', (code, message) => {
  const cause = systemError(code);
  expect(explainListenError(cause, 'OPS_PORT')).toMatchObject({ message, cause });
});

test.each([[systemError('EMFILE')], ['text'], [undefined]])('%p passes unchanged', (error) => {
  expect(explainListenError(error, 'OPS_PORT')).toBe(error);
});
