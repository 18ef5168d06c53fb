import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BACKEND, readyForQuery, STATUS } from './backend-messages.js';
import { frontendMessage } from './frontend-messages.js';
import { ResponseScanner } from './response-scanner.js';

const TYPES = [BACKEND.dataRow, 0x54, BACKEND.commandComplete, BACKEND.parseComplete, BACKEND.readyForQuery];
const message = fc
  .record({ type: fc.constantFrom(...TYPES), body: fc.uint8Array({ maxLength: 100 }) })
  .map(({ type, body }) => frontendMessage(type, Buffer.from(body)));

function feedInPieces(scanner: ResponseScanner, bytes: Buffer, size: number): void {
  for (let offset = 0; offset < bytes.length; offset += size) {
    scanner.feed(Buffer.from(bytes.subarray(offset, offset + size)));
  }
}

test('whatever the pieces, rows pass, and the visitor sees the rest in order and decides on it', () => {
  fc.assert(
    fc.property(fc.array(message), fc.integer({ min: 1, max: 300 }), (messages, size) => {
      const passed: Buffer[] = [];
      const visited: Buffer[] = [];
      const scanner = new ResponseScanner(
        (type, bytes) => {
          visited.push(Buffer.from(bytes));
          if (type === BACKEND.parseComplete) return false;
          return type === BACKEND.readyForQuery ? readyForQuery(STATUS.idle) : true;
        },
        (bytes) => passed.push(bytes),
      );
      feedInPieces(scanner, Buffer.concat(messages), size);
      const rows = new Set<number>([BACKEND.dataRow, 0x54]);
      expect(visited).toEqual(messages.filter((bytes) => !rows.has(bytes[0] ?? 0)));
      const expected = messages
        .filter((bytes) => bytes[0] !== BACKEND.parseComplete)
        .map((bytes) => (bytes[0] === BACKEND.readyForQuery ? readyForQuery(STATUS.idle) : bytes));
      expect(Buffer.concat(passed)).toEqual(Buffer.concat(expected));
    }),
  );
});

test('an answer stays well formed when its rows are dropped from some point on', () => {
  fc.assert(
    fc.property(
      fc.array(message),
      fc.integer({ min: 1, max: 300 }),
      fc.nat(2_000),
      (messages, size, room) => {
        let passed = Buffer.alloc(0);
        const scanner = new ResponseScanner(
          () => true,
          (bytes) => {
            passed = Buffer.concat([passed, bytes]);
            if (passed.length > room) scanner.discardRows();
          },
        );
        feedInPieces(scanner, Buffer.concat(messages), size);
        const kept: Buffer[] = [];
        for (let offset = 0; offset < passed.length;) {
          const end = offset + 1 + passed.readInt32BE(offset + 1);
          kept.push(passed.subarray(offset, end));
          offset = end;
        }
        const isRow = (bytes: Buffer): boolean => bytes[0] === BACKEND.dataRow || bytes[0] === 0x54;
        expect(kept.filter((bytes) => !isRow(bytes))).toEqual(messages.filter((bytes) => !isRow(bytes)));
        const rows = kept.filter(isRow);
        expect(rows).toEqual(messages.filter(isRow).slice(0, rows.length));
      },
    ),
  );
});
