/** The processes that read a configuration. */
export const APPS = ['bridge', 'aggregator', 'alerter', 'api', 'standalone'] as const;
export type App = (typeof APPS)[number];
