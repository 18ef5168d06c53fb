export * from './partition-batch.js';
