export * from './alerts/index.js';
export * from './limits.js';
export * from './logger.js';
export * from './names.js';
export * from './observation-time.js';
export * from './presence.js';
export * from './reading.js';
export * from './resolution.js';
