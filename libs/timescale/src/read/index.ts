export * from './alert-event-reader.js';
export * from './alert-reader.js';
export * from './dead-letter-reader.js';
export * from './device-reader.js';
export * from './history-reader.js';
export * from './latest-reader.js';
export * from './ledger-reader.js';
export type * from './page.js';
export * from './reading-reader.js';
