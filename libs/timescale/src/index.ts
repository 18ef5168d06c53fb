export * from './database-error.js';
export * from './pool.js';
