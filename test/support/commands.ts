import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Publishes with a client that is not ours. Resolves when mosquitto_pub exits with 0, for QoS 1 after the PUBACK. */
export async function mosquittoPub(
  port: number,
  topic: string,
  message: string,
  ...more: string[]
): Promise<void> {
  await run(
    'mosquitto_pub',
    ['-h', '127.0.0.1', '-p', String(port), '-q', '1', '-t', topic, '-m', message, ...more],
    {
      timeout: 15_000,
    },
  );
}

/** A foreign subscriber: collects one entry a message, `topic payload`. */
export interface Subscription {
  readonly messages: readonly string[];
  close(): void;
}

/** Subscribes with mosquitto_sub and resolves when the subscription is in force. */
export async function mosquittoSub(port: number, filter: string): Promise<Subscription> {
  const messages: string[] = [];
  // Line by line, or what it prints would stay in its buffer.
  const command = `-oL mosquitto_sub -h 127.0.0.1 -p ${port} -q 1 -d -v -t`;
  const child: ChildProcess = spawn('stdbuf', [...command.split(' '), filter]);
  let rest = '';
  const subscribed = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`mosquitto_sub ended with ${code}`)));
    child.stdout?.setEncoding('utf8');
    child.stdout?.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        // With -d the client's own lines stand between the messages.
        if (line.includes('SUBACK')) resolve();
        else if (!/^(Client |Subscribed )/.test(line)) messages.push(line);
      }
    });
  });
  await subscribed;
  return { messages, close: () => child.kill('SIGTERM') };
}
