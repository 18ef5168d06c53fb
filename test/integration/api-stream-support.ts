import type { AlertRecord } from '@fieldstream/wire';

/** An event as it came, with its data parsed. */
export interface StreamEvent {
  readonly event: string;
  readonly id: number;
  readonly data: AlertRecord;
}

export interface EventListener {
  readonly events: StreamEvent[];
  /** All that came, comments included. */
  text: string;
  readonly isOver: () => boolean;
  leave(): void;
}

/** Reads a stream of server-sent events until one of both leaves. @throws Error if the answer is none */
export async function openStream(url: string, headers: Record<string, string>): Promise<EventListener> {
  const leaving = new AbortController();
  const response = await fetch(url, { headers, signal: leaving.signal });
  const type = response.headers.get('content-type');
  if (response.status !== 200 || type !== 'text/event-stream; charset=utf-8')
    throw new Error(`${url} answered ${response.status} with ${type}`);
  let isOver = false;
  const listener: EventListener = {
    events: [],
    text: '',
    isOver: () => isOver,
    leave: () => leaving.abort(),
  };
  const decoder = new TextDecoder();
  let rest = '';
  const read = async (): Promise<void> => {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const text = decoder.decode(chunk, { stream: true });
      listener.text += text;
      rest += text;
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = new Map(
          block.split('\n').map((line): [string, string] => {
            const colon = line.indexOf(': ');
            return [line.slice(0, colon), line.slice(colon + 2)];
          }),
        );
        const data = fields.get('data');
        if (data === undefined) continue;
        listener.events.push({
          event: fields.get('event') ?? '',
          id: Number(fields.get('id')),
          data: JSON.parse(data) as AlertRecord,
        });
      }
    }
  };
  read()
    .catch(() => {})
    .finally(() => (isOver = true));
  return listener;
}

/** Sequences of the alerts that came, in their order. */
export const alertsOf = ({ events }: EventListener): number[] =>
  events.filter(({ event }) => event === 'alert').map(({ id }) => id);
