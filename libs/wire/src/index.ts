export * from './alert-record.js';
export * from './dead-letter-record.js';
export * from './device-event-record.js';
export * from './registry-record.js';
export * from './telemetry-record.js';
export * from './token-hash.js';
export * from './topics.js';
export * from './wire-error.js';
