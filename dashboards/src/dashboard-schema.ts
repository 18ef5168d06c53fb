/** Version of the dashboard schema of the Grafana that docker-compose.yml pins: a test holds them together. */
export const GRAFANA_SCHEMA_VERSION = 42;

/**
 * What Grafana and the console rely on in a dashboard's JSON, written by hand: Grafana publishes types for its JSON, but no
 * JSON schema.
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

const named = {
  name: { type: 'string', pattern: '^[a-z][a-z_]*$' },
  label: text,
  description: text,
  query: text,
} as const;

const options = {
  type: 'array',
  minItems: 1,
  items: { type: 'object', properties: { text, value: text }, required: ['text', 'value'] },
} as const;

const variable = {
  type: 'object',
  oneOf: [
    {
      properties: {
        ...named,
        type: { const: 'query' },
        datasource: dataSource,
        definition: text,
        multi: { type: 'boolean' },
        includeAll: { type: 'boolean' },
        allValue: text,
        refresh: { enum: [1, 2] },
        sort: { type: 'integer', minimum: 0, maximum: 8 },
      },
      required: ['type', 'name', 'label', 'datasource', 'query', 'refresh'],
    },
    {
      properties: { ...named, type: { enum: ['custom', 'interval'] }, options },
      required: ['type', 'name', 'label', 'query', 'options', 'current'],
    },
  ],
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
  properties: { title: text, icon: text, keepTime: { const: true } },
  oneOf: [
    { properties: { type: { const: 'link' }, url: { type: 'string', pattern: '^/d/' } } },
    {
      properties: {
        type: { const: 'dashboards' },
        tags: { const: ['fieldstream'] },
        asDropdown: { const: true },
      },
    },
  ],
  required: ['type', 'title', 'icon', 'keepTime'],
} as const;

/** JSON Schema (draft 7) of a dashboard file. */
export const DASHBOARD_SCHEMA = {
  type: 'object',
  properties: {
    uid: { type: 'string', pattern: '^fieldstream-[a-z-]{1,28}$' },
    title: text,
    description: text,
    tags: { type: 'array', items: text, contains: { const: 'fieldstream' } },
    schemaVersion: { const: GRAFANA_SCHEMA_VERSION },
    timezone: { const: 'browser' },
    refresh: { type: 'string', pattern: '^\\d+[smh]$' },
    graphTooltip: { enum: [1, 2] },
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
  required: [
    'uid',
    'title',
    'description',
    'tags',
    'timezone',
    'refresh',
    'graphTooltip',
    'schemaVersion',
    'time',
    'templating',
    'annotations',
    'links',
    'panels',
  ],
} as const;
