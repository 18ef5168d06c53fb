export * from './dashboard-file.js';
export * from './dashboard-json.js';
export * from './dashboard-query-source.js';
export * from './data-frame.js';
export * from './macros.js';
export * from './postgres-column.js';
export * from './safe-expansion.js';
export * from './variable-formats.js';
