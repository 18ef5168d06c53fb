import { constants, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { Logger } from '@fieldstream/domain';
import { BridgeError } from '../bridge-error.js';

export interface TlsFiles {
  readonly certPath: string;
  readonly keyPath: string;
  /** Undefined: no client certificates are asked for. */
  readonly clientCaPath: string | undefined;
}

export interface TlsCertificatesOptions extends TlsFiles {
  /** Gets every further set of certificates. */
  readonly onChange: (options: SecureContextOptions) => void;
  readonly logger: Logger;
  readonly everyMs?: number;
}

/** How soon a renewed certificate is used. */
const EVERY_MS = 2_000;

/**
 * The certificate, key and client authorities of the listeners with TLS, from files that are read again when they change.
 * What is faulty is reported, and what was there before stays in use.
 */
export class TlsCertificates {
  #contents = '';
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> | undefined;
  #fault: Error | undefined;
  /** End of the certificate's life, epoch milliseconds. */
  #expiresAtMs = NaN;

  constructor(private readonly options: TlsCertificatesOptions) {}

  /** Why the files cannot be used as they are now. */
  get fault(): Error | undefined {
    return this.#fault;
  }

  get expiresAtMs(): number {
    return this.#expiresAtMs;
  }

  /**
   * Reads the files, and again whenever they change.
   * @throws BridgeError `tls-unusable`, naming the file or the variables
   */
  async open(): Promise<void> {
    await this.#load();
    const { everyMs = EVERY_MS } = this.options;
    this.#timer = setInterval(() => {
      this.#reading ??= this.#reload().finally(() => (this.#reading = undefined));
    }, everyMs);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#reading;
  }

  async #reload(): Promise<void> {
    const { logger } = this.options;
    const before = this.#fault?.message;
    try {
      const isNew = await this.#load();
      this.#fault = undefined;
      if (isNew)
        logger.info({ expiresAt: new Date(this.#expiresAtMs) }, 'the TLS certificate was read again');
    } catch (error) {
      this.#fault = error as Error;
      if (this.#fault.message === before) return;
      logger.warn({ err: error }, 'the changed TLS certificate cannot be used, the one before stays');
    }
  }

  /** Whether there was anything new. The files are small: comparing them is surer than their times. */
  async #load(): Promise<boolean> {
    const { certPath, keyPath, clientCaPath, onChange } = this.options;
    const cert = await readPem('MQTT_TLS_CERT_PATH', certPath);
    const key = await readPem('MQTT_TLS_KEY_PATH', keyPath);
    const ca =
      clientCaPath === undefined ? undefined : await readPem('MQTT_TLS_CLIENT_CA_PATH', clientCaPath);
    const contents = JSON.stringify([cert, key, ca]);
    if (contents === this.#contents) return false;
    const secureContext: SecureContextOptions = {
      cert,
      key,
      ca,
      minVersion: 'TLSv1.2',
      // A resumed session would spare the look at a certificate that has expired, or whose authority was removed.
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION | (ca === undefined ? 0 : constants.SSL_OP_NO_TICKET),
    };
    // Throws for what does not fit together, before the listeners get it.
    usable(secureContext);
    const { validTo } = new X509Certificate(cert);
    this.#expiresAtMs = Date.parse(validTo);
    this.#contents = contents;
    onChange(secureContext);
    return true;
  }
}

async function readPem(variable: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw unusable(`${variable}=${path} cannot be read`, error);
  }
}

function usable(options: SecureContextOptions): SecureContext {
  try {
    return createSecureContext(options);
  } catch (error) {
    throw unusable(
      `MQTT_TLS_CERT_PATH, MQTT_TLS_KEY_PATH and MQTT_TLS_CLIENT_CA_PATH are no PEM files that fit together (${(error as Error).message})`,
      error,
    );
  }
}

function unusable(message: string, cause: unknown): BridgeError {
  return new BridgeError('tls-unusable', message, { cause });
}
