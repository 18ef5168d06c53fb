import { readFile } from 'node:fs/promises';
import type { DecodingConfig } from '@fieldstream/config';
import { createDecoders, mappingFaultText, parseMappings, type DecoderSet } from '@fieldstream/decoders';
import { Problem } from '../http/problem.js';

/**
 * Decoders that know the mapping file as it is now: what it did not cover when a publish was refused, it may cover since.
 * @throws Problem `not-decodable` when the file cannot be used
 */
export async function replayDecoders({ mappingsPath, timeZone }: DecodingConfig): Promise<DecoderSet> {
  if (mappingsPath === undefined) return createDecoders({ timeZone });
  const text = await readFile(mappingsPath, 'utf8').catch((error: Error) => {
    throw new Problem('not-decodable', `The mapping file cannot be read: ${error.message}`);
  });
  const parsed = parseMappings(text);
  if (parsed.ok) return createDecoders({ timeZone, mappings: parsed.mappings });
  const [first] = parsed.faults;
  throw new Problem(
    'not-decodable',
    `The mapping file is faulty: ${first ? mappingFaultText(mappingsPath, first) : mappingsPath}`,
  );
}
