import { type AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly isEncrypted: boolean;
  readonly user: string | undefined;
  /** As it came over the wire. */
  readonly raw: string;
}

export interface MailServerOptions {
  /** User and password that it asks for. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Key and certificate of TLS; no STARTTLS without. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** TLS from the first byte. */
  readonly secure?: boolean;
  /** Answers to recipients that are not taken, with their status. */
  readonly refuse?: Readonly<Record<string, number>>;
}

/** An SMTP server on loopback that keeps what it gets; for tests. */
export class MailServer {
  readonly mails: ReceivedMail[] = [];
  /** Recipients that it refuses now. */
  refuse: Readonly<Record<string, number>>;
  private readonly server: SMTPServer;

  private constructor({ login, tls, secure = false, refuse = {} }: MailServerOptions) {
    this.refuse = refuse;
    this.server = new SMTPServer({
      secure,
      ...tls,
      disabledCommands: [...(tls ? [] : ['STARTTLS']), ...(login ? [] : ['AUTH'])],
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, callback) => {
        if (login && username === login.user && password === login.password)
          callback(null, { user: username });
        else callback(new Error(`wrong password ${password} of ${username}`));
      },
      onRcptTo: ({ address }, _session, callback) => {
        const responseCode = this.refuse[address];
        if (responseCode === undefined) callback();
        else callback(Object.assign(new Error(`no ${address} here`), { responseCode }));
      },
      onData: (stream, session, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          this.mails.push({
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            isEncrypted: session.secure,
            user: session.user,
            raw: Buffer.concat(chunks).toString('utf8'),
          });
          callback();
        });
      },
    });
    // A client that does not trust the certificate breaks off.
    this.server.on('error', () => {});
  }

  static async start(options: MailServerOptions = {}): Promise<MailServer> {
    const mailServer = new MailServer(options);
    await new Promise<void>((resolve) => mailServer.server.listen(0, '127.0.0.1', resolve));
    return mailServer;
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(resolve));
  }
}

/** A key and a certificate of its own making for localhost. */
export async function selfSignedCertificate(): Promise<{ readonly key: string; readonly cert: string }> {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  return { key: made.private, cert: made.cert };
}
