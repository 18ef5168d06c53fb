export * from './app.js';
export * from './config-error.js';
export * from './config.js';
export * from './cross-checks.js';
export * from './env-example.js';
export * from './environment.js';
export * from './environment-table.js';
export * from './load-config.js';
export { LOG_LEVELS, type LogLevel } from './variables.js';
