/** One message of a stream of server-sent events (HTML Living Standard, section 9.2). */
export interface ServerSentEvent {
  readonly event: string;
  /** What the client sends as `Last-Event-ID` when it comes back. */
  readonly id: number;
  /** Sent as JSON, which has no line breaks. */
  readonly data: unknown;
}

export function encodeEvent({ event, id, data }: ServerSentEvent): string {
  return `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** A comment, which keeps the way open, and the ID to come back with; a client shows neither. */
export function encodeHeartbeat(id: number): string {
  return `: heartbeat\nid: ${id}\n\n`;
}

/** For how long a client waits before it comes back. */
export function encodeRetry(ms: number): string {
  return `retry: ${ms}\n\n`;
}
