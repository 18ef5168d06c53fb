import { mkdtempSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { freePort } from '@fieldstream/testing';
import { ForeignServer, isAvailable } from './foreign-server.js';
import type { Receiver } from './receiver.js';

/** A mail as it came over the wire, with the soft line breaks of quoted-printable text taken out. */
export interface Mail {
  readonly subject: string;
  readonly raw: string;
}

/** A mail server that takes everything. */
export interface MailReceiver extends Receiver {
  readonly port: number;
  /** All mails so far, in no certain order. */
  mails(): Promise<readonly Mail[]>;
}

/** aiosmtpd on given engines, where it is installed; else a server in this process. */
export async function startMailReceiver(): Promise<MailReceiver> {
  const port = await freePort();
  const receiver = isAvailable('aiosmtpd', 'python3-aiosmtpd') ? new Aiosmtpd(port) : new OwnServer(port);
  await receiver.bringBack();
  return receiver;
}

class Aiosmtpd implements MailReceiver {
  private readonly folder = mkdtempSync(join(tmpdir(), 'fieldstream-mail-'));
  private readonly server: ForeignServer;

  constructor(readonly port: number) {
    this.server = new ForeignServer({
      program: 'aiosmtpd',
      args: ['-n', '-l', `127.0.0.1:${port}`, '-c', 'aiosmtpd.handlers.Mailbox', join(this.folder, 'mails')],
      port,
    });
  }

  async mails(): Promise<readonly Mail[]> {
    const folder = join(this.folder, 'mails', 'new');
    const names = await readdir(folder);
    return Promise.all(names.map(async (name) => mailOf(await readFile(join(folder, name), 'utf8'))));
  }

  takeAway(): Promise<void> {
    return this.server.stop();
  }

  bringBack(): Promise<void> {
    return this.server.start();
  }

  async close(): Promise<void> {
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

class OwnServer implements MailReceiver {
  private readonly taken: Mail[] = [];
  private server: SMTPServer | undefined;

  constructor(readonly port: number) {}

  mails(): Promise<readonly Mail[]> {
    return Promise.resolve(this.taken);
  }

  async takeAway(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server) await new Promise<void>((resolve) => server.close(resolve));
  }

  async bringBack(): Promise<void> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      disableReverseLookup: true,
      onData: (stream, _session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.once('end', () => {
          this.taken.push(mailOf(Buffer.concat(chunks).toString()));
          done();
        });
      },
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
    // A client that is cut off is no fault of the server.
    server.on('error', () => {});
  }

  close(): Promise<void> {
    return this.takeAway();
  }
}

function mailOf(wire: string): Mail {
  const raw = wire.replaceAll(/=\r?\n/g, '');
  const [head = ''] = raw.split(/\r?\n\r?\n/);
  // A header goes on in lines that begin with a space.
  const [, subject = ''] = /^subject: (.*)$/im.exec(head.replaceAll(/\r?\n[ \t]+/g, ' ')) ?? [];
  return { subject: subject.trim(), raw };
}
