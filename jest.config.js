import { availableParallelism } from 'node:os';

/**
 * One configuration, five projects: unit (libs, apps, dashboards), contract (the Kafka protocol), integration (one real
 * dependency), integrity (a file for each point of the delivery contract), e2e. The last three need engines: those of
 * KAFKA_BROKERS and DATABASE_URL, or else the embedded ones, for which `npm run build` must have run.
 */
const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  moduleNameMapper: {
    '^@fieldstream/(.*)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
};

/** Jest runs the two only when a project that names them is selected. */
const withEngines = {
  ...common,
  globalSetup: '<rootDir>/test/support/jest-setup.js',
  globalTeardown: '<rootDir>/test/support/jest-teardown.js',
};

// Given engines are one set for all tests, some of which take them away: one file at a time, unless the caller knows better.
// On embedded engines a file has its own, and mostly waits: one file more than there are cores, up to what memory allows.
const given = Boolean(process.env['KAFKA_BROKERS'] && process.env['DATABASE_URL']);

export default {
  // Hooks make and drop databases, which takes as long as the server's slowest connection. Tests that wait say how long.
  testTimeout: 120_000,
  maxWorkers: given ? 1 : Math.min(availableParallelism() + 1, 4),
  testSequencer: '<rootDir>/test/support/jest-sequencer.js',
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/{libs,apps,dashboards,bench,deploy}/**/*.test.ts'],
    },
    { ...common, displayName: 'contract', testMatch: ['<rootDir>/test/contract/**/*.test.ts'] },
    { ...withEngines, displayName: 'integration', testMatch: ['<rootDir>/test/integration/**/*.test.ts'] },
    { ...withEngines, displayName: 'integrity', testMatch: ['<rootDir>/test/integrity/**/*.test.ts'] },
    { ...withEngines, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.test.ts'] },
  ],
};
