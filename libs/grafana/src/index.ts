export * from './dashboard-json.js';
export * from './macros.js';
