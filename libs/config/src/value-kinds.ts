import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';

/** A schema from the text of a variable to its value. Its issues are ends of sentences: `"x" is not a whole number`. */
export type ValueSchema<T> = z.ZodType<T, string>;

class Fault {
  constructor(readonly message: string) {}
}

function valueOf<T>(parse: (text: string) => T | Fault): ValueSchema<T> {
  return z.string().transform((text, context): T => {
    const value = parse(text);
    if (!(value instanceof Fault)) return value;
    context.issues.push({ code: 'custom', message: value.message, input: text });
    return z.NEVER;
  });
}

function quoted(text: string): string {
  return JSON.stringify(text.length <= 60 ? text : `${text.slice(0, 60)}…`);
}

/** A whole number from `min` to `max`, both included, in plain decimal digits. */
export function integer(min: number, max: number, unit = ''): ValueSchema<number> {
  const expected = `a whole number${unit && ` of ${unit}`} from ${min} to ${max}`;
  return valueOf((text) => {
    if (!/^-?\d{1,15}$/.test(text)) return new Fault(`is ${quoted(text)}, which is not ${expected}`);
    const value = Number(text);
    return value >= min && value <= max ? value : new Fault(`is ${text}, which is not ${expected}`);
  });
}

/** A TCP port; 0 lets the system choose a free one. */
export function port(): ValueSchema<number> {
  return valueOf((text) => {
    // Kubernetes sets <SERVICE>_PORT to such a URL for every service of the namespace.
    if (text.startsWith('tcp://')) {
      return new Fault(
        `is ${quoted(text)}, which is a Kubernetes service link, not a port (set enableServiceLinks: false)`,
      );
    }
    if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
    return new Fault(`is ${quoted(text)}, which is not a port from 0 to 65535`);
  });
}

/** `true` or `false`. */
export function flag(): ValueSchema<boolean> {
  return valueOf((text) =>
    text === 'true' || text === 'false'
      ? text === 'true'
      : new Fault(`is ${quoted(text)}, which is neither true nor false`),
  );
}

/** One of a closed list of words; `unavailable` explains words that are known but not offered. */
export function choice<const T extends string>(
  words: readonly T[],
  unavailable: Readonly<Record<string, string>> = {},
): ValueSchema<T> {
  return valueOf((text) => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    const why = Object.hasOwn(unavailable, text) ? unavailable[text] : undefined;
    return new Fault(why ?? `is ${quoted(text)}, which is not one of ${words.join(', ')}`);
  });
}

const HOST_NAME =
  /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;

function isHost(text: string): boolean {
  if (isIP(text) !== 0) return true;
  // Digits and dots alone are a mistyped IPv4 address, not a name.
  return HOST_NAME.test(text) && !/^[\d.]+$/.test(text);
}

/** An IP address or host name, without scheme and port. */
export function host(): ValueSchema<string> {
  return valueOf((text) =>
    isHost(text)
      ? text
      : new Fault(`is ${quoted(text)}, which is neither an IP address nor a host name (no scheme, no port)`),
  );
}

/** Comma-separated `host:port` pairs, at least one; IPv6 addresses in brackets. */
export function brokerList(): ValueSchema<readonly string[]> {
  return valueOf((text) => {
    const brokers = text.split(',').map((broker) => broker.trim());
    for (const broker of brokers) {
      if (broker.includes('://')) {
        return new Fault(`has ${quoted(broker)}, which is a URL, not host:port`);
      }
      const match = /^(?:\[(?<address>[^\]]+)\]|(?<host>[^:]+)):(?<port>\d{1,5})$/.exec(broker);
      if (!match?.groups) return new Fault(`has ${quoted(broker)}, which is not host:port`);
      const { address, host: name, port: number } = match.groups;
      if (address === undefined ? !isHost(name ?? '') : isIP(address) !== 6) {
        return new Fault(`has ${quoted(broker)}, whose host is neither an IP address nor a host name`);
      }
      if (Number(number) < 1 || Number(number) > 65_535) {
        return new Fault(`has ${quoted(broker)}, whose port is not from 1 to 65535`);
      }
    }
    return Object.freeze(brokers);
  });
}

/** What may begin a Kafka topic name; empty for none. */
export function topicPrefix(): ValueSchema<string> {
  return valueOf((text) =>
    /^[A-Za-z0-9._-]{0,100}$/.test(text)
      ? text
      : new Fault(
          `is ${quoted(text)}, which is not at most 100 of the characters a Kafka topic name may have (letters, digits, ".", "_", "-")`,
        ),
  );
}

/** A path of a file or a folder; relative ones count from the working directory. */
export function path(): ValueSchema<string> {
  return valueOf(pathOf);
}

function pathOf(text: string): string | Fault {
  if (text.includes('\0')) return new Fault('has a NUL character, which no path may have');
  if (/^\w+:\/\//.test(text)) return new Fault(`is ${quoted(text)}, which is a URL, not a path`);
  return text;
}

/** A path of a folder, not only of the root; relative ones count from the working directory. */
export function folder(): ValueSchema<string> {
  return valueOf((text) =>
    resolve(text) === resolve('/')
      ? new Fault(`is ${quoted(text)}, which is the root of the file system, not a folder of its own`)
      : pathOf(text),
  );
}

/** A PostgreSQL connection URL that names a server and a database. Faults never quote it: it holds a password. */
export function databaseUrl(): ValueSchema<string> {
  return valueOf((text) => {
    let url: URL;
    try {
      url = new URL(text);
    } catch {
      return new Fault('is not a URL (special characters in the password must be percent-encoded)');
    }
    if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') {
      return new Fault('is not a postgres:// URL');
    }
    if (url.hostname === '' && !url.searchParams.has('host')) return new Fault('names no server');
    if (url.pathname.length < 2) return new Fault('names no database');
    try {
      [url.username, url.password, url.pathname].forEach(decodeURIComponent);
    } catch {
      return new Fault('has a "%" that is not followed by two hexadecimal digits');
    }
    return text;
  });
}

/** An http or https address that paths can be put behind, without a slash at its end. */
export function webUrl(): ValueSchema<string> {
  return valueOf((text) => {
    let url: URL;
    try {
      url = new URL(text);
    } catch {
      return new Fault(`is ${quoted(text)}, which is not a URL`);
    }
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      return new Fault(`is ${quoted(text)}, which is neither an http:// nor an https:// URL`);
    }
    // It is sent to receivers of notifications.
    if (url.username !== '' || url.password !== '') return new Fault('has a user name or a password');
    if (url.search !== '' || url.hash !== '') {
      return new Fault(`is ${quoted(text)}, which has more than a path behind the host`);
    }
    return url.href.replace(/\/+$/, '');
  });
}

/** A bearer token as RFC 6750 spells it, long enough not to be guessed. Faults never quote it. */
export function bearerToken(minLength: number): ValueSchema<string> {
  return valueOf((text) => {
    if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(text)) {
      return new Fault(
        'has characters that a bearer token may not have (letters, digits and -._~+/ are allowed)',
      );
    }
    return text.length >= minLength
      ? text
      : new Fault(`is too short: it has ${text.length} characters, at least ${minLength} are needed`);
  });
}

/** A password. Faults never quote it. */
export function password(minLength: number): ValueSchema<string> {
  return valueOf((text) => {
    if (/\p{Cc}/u.test(text)) return new Fault('has control characters');
    return text.length >= minLength
      ? text
      : new Fault(`is too short: it has ${text.length} characters, at least ${minLength} are needed`);
  });
}

/** An IANA time zone that this runtime knows. */
export function timeZone(): ValueSchema<string> {
  return valueOf((text) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
    } catch {
      return new Fault(`is ${quoted(text)}, which is not a time zone, such as Europe/Berlin`);
    }
  });
}
