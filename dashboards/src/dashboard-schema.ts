/**
 * What Grafana and the console rely on in a dashboard's JSON (schema version 42), written by hand: Grafana publishes
 * types for its JSON, but no JSON schema.
 */
const dataSource = {
  type: 'object',
  properties: { type: { const: 'grafana-postgresql-datasource' }, uid: { const: 'fieldstream' } },
  required: ['type', 'uid'],
  additionalProperties: false,
} as const;

const text = { type: 'string', minLength: 1 } as const;

const query = {
  type: 'object',
  properties: {
    refId: text,
    datasource: dataSource,
    format: { enum: ['table', 'time_series'] },
    rawSql: text,
    rawQuery: { const: true },
    editorMode: { const: 'code' },
  },
  required: ['refId', 'datasource', 'format', 'rawSql', 'rawQuery', 'editorMode'],
  additionalProperties: false,
} as const;

const properties = {
  type: 'array',
  items: { type: 'object', properties: { id: text }, required: ['id', 'value'], additionalProperties: true },
} as const;

const panel = {
  type: 'object',
  properties: {
    id: { type: 'integer', minimum: 1 },
    type: { enum: ['stat', 'timeseries', 'table', 'state-timeline', 'bargauge', 'row'] },
    title: text,
    description: text,
    gridPos: {
      type: 'object',
      properties: {
        x: { type: 'integer', minimum: 0, maximum: 23 },
        y: { type: 'integer', minimum: 0 },
        w: { type: 'integer', minimum: 1, maximum: 24 },
        h: { type: 'integer', minimum: 1 },
      },
      required: ['x', 'y', 'w', 'h'],
    },
    datasource: dataSource,
    targets: { type: 'array', minItems: 1, items: query },
    repeat: text,
    options: { type: 'object' },
    fieldConfig: {
      type: 'object',
      properties: {
        defaults: { type: 'object' },
        overrides: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              matcher: {
                type: 'object',
                properties: { id: { enum: ['byName', 'byRegexp', 'byType', 'byFrameRefID'] }, options: text },
                required: ['id', 'options'],
              },
              properties,
            },
            required: ['matcher', 'properties'],
          },
        },
      },
      required: ['defaults', 'overrides'],
    },
    transformations: {
      type: 'array',
      items: {
        type: 'object',
        properties: { id: text, options: { type: 'object' } },
        required: ['id', 'options'],
      },
    },
  },
  required: ['id', 'type', 'title', 'gridPos'],
  anyOf: [
    { properties: { type: { const: 'row' } } },
    { required: ['datasource', 'targets', 'options', 'fieldConfig'] },
  ],
} as const;

const variable = {
  type: 'object',
  properties: {
    type: { const: 'query' },
    name: { type: 'string', pattern: '^[a-z][a-z_]*$' },
    label: text,
    description: text,
    datasource: dataSource,
    query: text,
    definition: text,
    multi: { type: 'boolean' },
    includeAll: { type: 'boolean' },
    allValue: text,
    refresh: { enum: [1, 2] },
    sort: { type: 'integer', minimum: 0, maximum: 8 },
  },
  required: ['type', 'name', 'label', 'datasource', 'query', 'refresh'],
} as const;

const annotation = {
  type: 'object',
  properties: {
    name: text,
    enable: { type: 'boolean' },
    iconColor: text,
    datasource: dataSource,
    target: query,
  },
  required: ['name', 'enable', 'iconColor', 'datasource', 'target'],
} as const;

const link = {
  type: 'object',
  properties: {
    type: { const: 'link' },
    title: text,
    url: { type: 'string', pattern: '^/d/' },
    icon: text,
    keepTime: { const: true },
  },
  required: ['type', 'title', 'url', 'icon', 'keepTime'],
} as const;

/** JSON Schema (draft 7) of a dashboard file. */
export const DASHBOARD_SCHEMA = {
  type: 'object',
  properties: {
    uid: { type: 'string', pattern: '^fieldstream-[a-z-]{1,28}$' },
    title: text,
    description: text,
    tags: { type: 'array', items: text, contains: { const: 'fieldstream' } },
    schemaVersion: { const: 42 },
    timezone: { const: 'browser' },
    refresh: { type: 'string', pattern: '^\\d+[smh]$' },
    time: { type: 'object', properties: { from: text, to: text }, required: ['from', 'to'] },
    templating: {
      type: 'object',
      properties: { list: { type: 'array', items: variable } },
      required: ['list'],
    },
    annotations: { type: 'object', properties: { list: { type: 'array', items: annotation } } },
    links: { type: 'array', items: link },
    panels: { type: 'array', minItems: 1, items: panel },
  },
  required: ['uid', 'title', 'description', 'tags', 'schemaVersion', 'time', 'templating', 'panels'],
} as const;
