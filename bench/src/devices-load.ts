import type { LoadOptions } from './load-protocol.js';

/** The devices of the throughput figures: 1,000 behind 50 connections, as gateways have them. */
export function manyDevices(port: number, rate: number | 'max', prefix: string): LoadOptions {
  return { port, connections: 50, devicesPerConnection: 20, window: 20, rate, devicePrefix: prefix };
}

/** The devices of the latency figures: 500, each with a connection of its own. */
export function singleDevices(port: number, rate: number, prefix: string): LoadOptions {
  return { port, connections: 500, window: 20, rate, devicePrefix: prefix };
}
