import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import type { ListenersConfig } from '@fieldstream/config';

/** A certificate and its key, as PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

const DAY_MS = 86_400_000;
const commonName = (value: string): { name: string; value: string }[] => [{ name: 'commonName', value }];

/** An authority that signs certificates. */
export async function makeAuthority(name: string): Promise<KeyPair> {
  const { cert, private: key } = await generate(commonName(name), {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { cert, key };
}

/** A certificate for a server on loopback, or for a client of that common name. */
export async function makeCertificate(
  authority: KeyPair,
  name: string,
  { expired = false }: { expired?: boolean } = {},
): Promise<KeyPair> {
  const { cert, private: key } = await generate(commonName(name), {
    keyType: 'ec',
    algorithm: 'sha256',
    ca: authority,
    notBeforeDate: new Date(Date.now() - 10 * DAY_MS),
    notAfterDate: new Date(Date.now() + (expired ? -DAY_MS : DAY_MS)),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { cert, key };
}

/** Files that a bridge with TLS reads, in a folder of their own. */
export interface CertificateFolder {
  readonly authority: KeyPair;
  /** PEM file of the authority, for clients that read one. */
  readonly authorityPath: string;
  /** Ports that the system chooses, and the files. */
  readonly listeners: ListenersConfig;
  /** Replaces certificate and key of the server. */
  renew(pair: KeyPair): Promise<void>;
  remove(): Promise<void>;
}

/** @param asksForCertificates Whether clients may prove who they are by a certificate of the same authority. */
export async function makeCertificateFolder(asksForCertificates: boolean): Promise<CertificateFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'fieldstream-tls-'));
  const authority = await makeAuthority('an authority of tests');
  const [authorityPath, certPath, keyPath] = ['ca.crt', 'server.crt', 'server.key'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const renew = async ({ cert, key }: KeyPair): Promise<void> => {
    await writeFile(certPath, cert);
    await writeFile(keyPath, key);
  };
  await writeFile(authorityPath, authority.cert);
  await renew(await makeCertificate(authority, 'localhost'));
  return {
    authority,
    authorityPath,
    listeners: {
      tlsPort: 0,
      wsPort: 0,
      wssPort: 0,
      certPath,
      keyPath,
      clientCaPath: asksForCertificates ? authorityPath : undefined,
      requiresCertificate: false,
    },
    renew,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
