export * from './decoder.js';
export * from './native.js';
export * from './registry.js';
