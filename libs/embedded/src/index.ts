export * from './data-folder.js';
export * from './database-engine.js';
export * from './embedded-error.js';
export * from './engine-options.js';
export * from './folder-lock.js';
export * from './log-engine.js';
