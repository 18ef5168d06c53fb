export * from './bare-value.js';
export * from './decoder.js';
export * from './flatten.js';
export * from './native.js';
export * from './payload-text.js';
export * from './registry.js';
export * from './sample-draft.js';
