import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** WebSocket close code for data of a kind that cannot be accepted (RFC 6455, section 7.4.1). */
const UNSUPPORTED_DATA = 1003;
/** What may wait to be sent when a ping is answered. */
const MAX_WAITING_BYTES = 16 * 1024;

/**
 * The bytes of a WebSocket as a stream. MQTT packets need not be aligned with frames (MQTT 3.1.1, section 6); frames are binary, and
 * a text frame ends the connection (MQTT-6.0.0-1). Back-pressure reaches the peer both ways.
 * @param onFault Told when the connection ends for what the peer sent.
 */
export function webSocketStream(webSocket: WebSocket, onFault: (why: string) => void): Duplex {
  const stream = new Duplex({
    read: () => {
      if (webSocket.isPaused) webSocket.resume();
    },
    write: (chunk: Buffer, _encoding, callback) => webSocket.send(chunk, { binary: true }, callback),
    final: (callback) => {
      webSocket.close();
      callback();
    },
    destroy: (error, callback) => {
      webSocket.terminate();
      callback(error);
    },
  });
  webSocket.on('message', (data: Buffer, isBinary: boolean) => {
    if (stream.destroyed) return;
    if (!isBinary) {
      onFault('a text frame came');
      webSocket.close(UNSUPPORTED_DATA);
      stream.destroy();
      return;
    }
    // An empty chunk would mean nothing to the stream, but ends its reading.
    if (data.length > 0 && !stream.push(data)) webSocket.pause();
  });
  webSocket.on('ping', (data: Buffer) => {
    // Whoever pings and does not read would fill the memory with answers.
    if (webSocket.bufferedAmount <= MAX_WAITING_BYTES) webSocket.pong(data);
  });
  webSocket.on('error', (error) => {
    if (stream.destroyed) return;
    onFault(error.message);
    stream.destroy();
  });
  webSocket.on('close', () => {
    if (!stream.destroyed) stream.push(null);
  });
  return stream;
}
