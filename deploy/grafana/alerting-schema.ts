/**
 * What Grafana demands of the alerting part of its provisioning files, written by hand after its documentation and the types
 * that it reads them into (pkg/services/provisioning/alerting): Grafana publishes no schema. Stricter where it has a default
 * that a reader should not have to know.
 */
const text = { type: 'string', minLength: 1 } as const;
const uid = { type: 'string', pattern: '^[a-zA-Z0-9_-]{1,40}$' } as const;
/** As Prometheus writes durations. */
const duration = { type: 'string', pattern: '^(\\d+(ms|[smhdwy]))+$' } as const;
const texts = { type: 'object', additionalProperties: text } as const;
const names = { type: 'array', minItems: 1, items: text } as const;
const orgId = { type: 'integer', minimum: 1 } as const;
const isNumber = { type: 'number' } as const;

const dataSource = {
  type: 'object',
  properties: { type: text, uid: text },
  required: ['type', 'uid'],
  additionalProperties: false,
} as const;

const sqlQuery = {
  type: 'object',
  properties: {
    refId: text,
    datasourceUid: { const: 'fieldstream' },
    relativeTimeRange: {
      type: 'object',
      properties: { from: { type: 'integer', minimum: 1 }, to: { type: 'integer', minimum: 0 } },
      required: ['from', 'to'],
      additionalProperties: false,
    },
    model: {
      type: 'object',
      properties: {
        refId: text,
        datasource: dataSource,
        // One row an alert instance: text columns are its labels, the only number is its value.
        format: { const: 'table' },
        rawQuery: { const: true },
        editorMode: { const: 'code' },
        rawSql: text,
        intervalMs: { type: 'integer', minimum: 1 },
        maxDataPoints: { type: 'integer', minimum: 1 },
      },
      required: ['refId', 'datasource', 'format', 'rawQuery', 'rawSql', 'intervalMs', 'maxDataPoints'],
      additionalProperties: false,
    },
  },
  required: ['refId', 'datasourceUid', 'relativeTimeRange', 'model'],
  additionalProperties: false,
} as const;

const evaluator = {
  type: 'object',
  properties: {
    type: { enum: ['gt', 'lt', 'eq', 'ne', 'gte', 'lte'] },
    params: { type: 'array', minItems: 1, maxItems: 1, items: isNumber },
  },
  required: ['type', 'params'],
  additionalProperties: false,
} as const;

const threshold = {
  type: 'object',
  properties: {
    refId: text,
    datasourceUid: { const: '__expr__' },
    model: {
      type: 'object',
      properties: {
        refId: text,
        datasource: dataSource,
        type: { const: 'threshold' },
        expression: text,
        // Grafana takes exactly one.
        conditions: {
          type: 'array',
          minItems: 1,
          maxItems: 1,
          items: {
            type: 'object',
            properties: { evaluator, unloadEvaluator: evaluator },
            required: ['evaluator'],
            additionalProperties: false,
          },
        },
      },
      required: ['refId', 'datasource', 'type', 'expression', 'conditions'],
      additionalProperties: false,
    },
  },
  required: ['refId', 'datasourceUid', 'model'],
  additionalProperties: false,
} as const;

const rule = {
  type: 'object',
  properties: {
    uid,
    title: { ...text, maxLength: 190 },
    condition: text,
    for: duration,
    isPaused: { type: 'boolean' },
    noDataState: { enum: ['OK', 'NoData', 'Alerting', 'KeepLast'] },
    execErrState: { enum: ['OK', 'Error', 'Alerting', 'KeepLast'] },
    missing_series_evals_to_resolve: { type: 'integer', minimum: 1 },
    labels: texts,
    annotations: {
      ...texts,
      properties: { summary: text, description: text },
      required: ['summary', 'description'],
    },
    notification_settings: {
      type: 'object',
      properties: {
        receiver: text,
        // Grafana refuses a grouping without these two.
        group_by: {
          ...names,
          allOf: [{ contains: { const: 'grafana_folder' } }, { contains: { const: 'alertname' } }],
        },
        mute_time_intervals: names,
      },
      required: ['receiver'],
      additionalProperties: false,
    },
    data: { type: 'array', minItems: 2, items: { anyOf: [sqlQuery, threshold] } },
  },
  required: [
    'uid',
    'title',
    'condition',
    'for',
    'isPaused',
    'noDataState',
    'execErrState',
    'labels',
    'annotations',
    'data',
  ],
  additionalProperties: false,
} as const;

const group = {
  type: 'object',
  properties: {
    orgId,
    name: text,
    folder: text,
    interval: duration,
    rules: { type: 'array', minItems: 1, items: rule },
  },
  required: ['orgId', 'name', 'folder', 'interval', 'rules'],
  additionalProperties: false,
} as const;

const contactPoint = {
  type: 'object',
  properties: {
    orgId,
    name: text,
    receivers: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        properties: {
          uid,
          type: text,
          disableResolveMessage: { type: 'boolean' },
          settings: { type: 'object', minProperties: 1 },
        },
        required: ['uid', 'type', 'settings'],
        additionalProperties: false,
      },
    },
  },
  required: ['orgId', 'name', 'receivers'],
  additionalProperties: false,
} as const;

const minute = { type: 'string', pattern: '^([01]\\d|2[0-3]):[0-5]\\d$|^24:00$' } as const;

const muteTime = {
  type: 'object',
  properties: {
    orgId,
    name: text,
    time_intervals: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        properties: {
          times: {
            type: 'array',
            items: {
              type: 'object',
              properties: { start_time: minute, end_time: minute },
              required: ['start_time', 'end_time'],
              additionalProperties: false,
            },
          },
        },
        additionalProperties: false,
      },
    },
  },
  required: ['orgId', 'name', 'time_intervals'],
  additionalProperties: false,
} as const;

const route = {
  type: 'object',
  properties: {
    orgId,
    receiver: text,
    group_by: names,
    group_wait: duration,
    group_interval: duration,
    repeat_interval: duration,
    object_matchers: {
      type: 'array',
      items: {
        type: 'array',
        minItems: 3,
        maxItems: 3,
        items: [text, { enum: ['=', '!=', '=~', '!~'] }, text],
      },
    },
    mute_time_intervals: names,
    routes: { type: 'array', items: { $ref: '#/definitions/route' } },
  },
  required: ['receiver'],
  additionalProperties: false,
} as const;

/** JSON Schema (draft 7) of a file in Grafana's folder provisioning/alerting. */
export const ALERTING_SCHEMA = {
  definitions: { route },
  type: 'object',
  properties: {
    apiVersion: { const: 1 },
    groups: { type: 'array', minItems: 1, items: group },
    contactPoints: { type: 'array', minItems: 1, items: contactPoint },
    muteTimes: { type: 'array', minItems: 1, items: muteTime },
    policies: { type: 'array', minItems: 1, items: { $ref: '#/definitions/route' } },
  },
  required: ['apiVersion'],
  minProperties: 2,
  additionalProperties: false,
} as const;
