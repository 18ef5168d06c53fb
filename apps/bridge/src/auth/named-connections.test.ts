import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { NamedConnections } from './named-connections.js';

class Connection extends EventEmitter {
  isOpen = true;

  destroy(): void {
    this.isOpen = false;
    this.emit('close');
  }
}

test('cuts the open connections of one name', () => {
  const connections = new NamedConnections();
  const [a, b, other, gone] = [new Connection(), new Connection(), new Connection(), new Connection()];
  for (const connection of [a, b, gone]) connections.add('pump', connection);
  connections.add('fan', other);
  gone.destroy();
  connections.cutAll('pump');
  connections.cutAll('nobody');
  expect([a, b, other].map(({ isOpen }) => isOpen)).toEqual([false, false, true]);
  expect(connections.cut).toBe(2);
  const again = new Connection();
  connections.add('pump', again);
  connections.cutAll('pump');
  expect(again.isOpen).toBe(false);
});
