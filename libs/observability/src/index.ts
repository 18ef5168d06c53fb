export * from './create-logger.js';
export * from './create-registry.js';
export * from './explain-listen-error.js';
export * from './health.js';
export * from './nest-logger.js';
export * from './ops-server.js';
export * from './report-config-error.js';
export * from './run-service.js';
