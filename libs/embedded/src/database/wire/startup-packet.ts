import { FramingError } from './frame-reader.js';
import { readCString } from './frontend-messages.js';

/** What a connection begins with. */
export type StartupPacket =
  | { readonly kind: 'encryption' }
  | { readonly kind: 'cancel'; readonly processId: number; readonly secret: number }
  | { readonly kind: 'startup'; readonly minor: number; readonly parameters: ReadonlyMap<string, string> };

const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;
const CANCEL_REQUEST = 80_877_102;
const CANCEL_BYTES = 16;

/** @throws FramingError for another protocol than 3 */
export function readStartupPacket(packet: Buffer): StartupPacket {
  const code = packet.readInt32BE(4);
  if (code === SSL_REQUEST || code === GSS_REQUEST) return { kind: 'encryption' };
  if (code === CANCEL_REQUEST) {
    if (packet.length < CANCEL_BYTES) throw new FramingError('invalid cancel request');
    return { kind: 'cancel', processId: packet.readInt32BE(8), secret: packet.readInt32BE(12) };
  }
  const major = code >>> 16;
  if (major !== 3) throw new FramingError(`unsupported frontend protocol ${major}.${code & 0xffff}`);
  return { kind: 'startup', minor: code & 0xffff, parameters: readParameters(packet) };
}

function readParameters(packet: Buffer): Map<string, string> {
  const parameters = new Map<string, string>();
  try {
    for (let offset = 8; packet[offset] !== 0;) {
      const name = readCString(packet, offset);
      const value = readCString(packet, name.next);
      parameters.set(name.text, value.text);
      offset = value.next;
    }
  } catch (cause) {
    throw new FramingError('invalid startup packet: its parameters have no end', { cause });
  }
  return parameters;
}

/**
 * The settings in the parameter `options`, as in `-c statement_timeout=1s --search_path=a\,\ b`: a backslash takes the
 * next character as it is, other white space parts. @throws FramingError for anything but settings
 */
export function readCommandLineOptions(options: string): Map<string, string> {
  const words = [...options.matchAll(/(?:\\.|[^\\\s])+/gs)].map(([word]) => word.replace(/\\(.)/gs, '$1'));
  const settings = new Map<string, string>();
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const assignment = word === '-c' ? (words[++index] ?? '') : word.replace(/^(--|-c)/, '');
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
    if (name === undefined || value === undefined || !word.startsWith('-')) {
      throw new FramingError(`invalid command-line argument in the startup packet: ${word}`);
    }
    settings.set(name.replaceAll('-', '_'), value);
  }
  return settings;
}
