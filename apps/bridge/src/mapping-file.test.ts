import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Mapping } from '@fieldstream/decoders';
import type { Logger } from '@fieldstream/domain';
import { eventually } from '@fieldstream/testing';
import { MappingFile } from './mapping-file.js';

const one = (name: string): string => `mappings: [{name: ${name}, topic: x, device: d, metrics: "*"}]\n`;

let folder: string;
let path: string;
let inForce: string[];
let errors: string[];
let file: MappingFile;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fieldstream-mappings-'));
  path = join(folder, 'mappings.yaml');
  inForce = [];
  errors = [];
  file = open(path);
});

afterEach(async () => {
  await file.close();
  await rm(folder, { recursive: true });
});

function open(at: string | undefined): MappingFile {
  const logger: Logger = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (_fields, message) => void errors.push(message),
  };
  const replaceMappings = (mappings: readonly Mapping[]): void => {
    inForce = mappings.map(({ name }) => name);
  };
  return new MappingFile({ path: at, decoders: { replaceMappings }, logger, lookEveryMs: 10 });
}

const becomes = (...names: string[]): Promise<unknown> =>
  eventually(() => inForce.join() === names.join(), { what: `mappings ${names.join()}` });

test('is read at the start, and again when it is written, or another file takes its place', async () => {
  await writeFile(path, one('first'));
  await file.start();
  expect(inForce).toEqual(['first']);
  await writeFile(path, one('second-time'));
  await becomes('second-time');
  await writeFile(`${path}.new`, one('third'));
  await rename(`${path}.new`, path);
  await becomes('third');
});

test('is read again when a link on the way to it turns round, as in Kubernetes', async () => {
  for (const version of ['a', 'b']) {
    await mkdir(join(folder, version));
    await writeFile(join(folder, version, 'mappings.yaml'), one(version));
  }
  await symlink(join(folder, 'a'), join(folder, 'data'));
  await symlink(join('data', 'mappings.yaml'), path);
  await file.start();
  expect(inForce).toEqual(['a']);
  await symlink(join(folder, 'b'), join(folder, 'data.new'));
  await rename(join(folder, 'data.new'), join(folder, 'data'));
  await becomes('b');
});

test('a faulty file later leaves what was read before in force, and is shown until it is mended', async () => {
  await writeFile(path, one('good'));
  await file.start();
  await writeFile(path, 'mappings: [{topic: x}]\n');
  await eventually(() => file.fault !== undefined, { what: 'the fault' });
  expect(file.fault?.message).toContain(`${path}:1:12: mappings[0].device: is missing`);
  expect(inForce).toEqual(['good']);
  await rm(path);
  await eventually(() => file.fault?.message.includes('ENOENT') === true, { what: 'the missing file' });
  expect(inForce).toEqual(['good']);
  await writeFile(path, one('mended'));
  await becomes('mended');
  expect(file.fault).toBeUndefined();
  expect(new Set(errors).size).toBe(1);
});

test('a faulty or missing file stops the start', async () => {
  await expect(file.start()).rejects.toMatchObject({ code: 'mappings-invalid', retriable: false });
  await writeFile(path, 'mappings: 5');
  await expect(file.start()).rejects.toThrow(`${path}:1:1: mappings`);
});

test('without a path nothing is done', async () => {
  const none = open(undefined);
  await none.start();
  expect(none.fault).toBeUndefined();
  await none.close();
});
