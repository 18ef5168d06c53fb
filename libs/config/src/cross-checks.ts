import type { ConfigProblem } from './config-error.js';
import { VARIABLES } from './variables.js';
import type { Values } from './values.js';

/** Whether only processes of the same machine reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** Faults that only show when several variables are seen together. Values that are missing or faulty take no part. */
export function crossCheck(values: Partial<Values>): ConfigProblem[] {
  return [...checkExposure(values), ...checkPorts(values), ...checkBounds(values), ...checkTls(values)];
}

function checkExposure(values: Partial<Values>): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (values.HOST === undefined || isLoopback(values.HOST)) return problems;
  if ('API_TOKEN' in values && values.API_TOKEN === undefined) {
    problems.push({
      variable: 'API_TOKEN',
      fault: `is not set, but HOST=${values.HOST} can be reached from other machines`,
      example: VARIABLES.http.API_TOKEN.example,
    });
  }
  if (values.DEVICE_POLICY === 'open' && values.DEVICE_OPEN_OFF_LOOPBACK === false) {
    problems.push({
      variable: 'DEVICE_OPEN_OFF_LOOPBACK',
      fault: `is not true, but DEVICE_POLICY=open and HOST=${values.HOST} let any machine that reaches it publish`,
      example: 'true',
    });
  }
  return problems;
}

function checkPorts(values: Partial<Values>): ConfigProblem[] {
  const names = [
    'MQTT_PORT',
    'MQTT_TLS_PORT',
    'MQTT_WS_PORT',
    'MQTT_WSS_PORT',
    'HTTP_PORT',
    'OPS_PORT',
    'EMBEDDED_KAFKA_PORT',
    'EMBEDDED_SQL_PORT',
  ] as const;
  return names.flatMap((name, index) => {
    const port = values[name];
    const earlier = names.slice(0, index).find((other) => values[other] === port);
    if (port === undefined || port === 0 || earlier === undefined) return [];
    const example = String(port < 65_535 ? port + 1 : port - 1);
    return [{ variable: name, fault: `is ${port}, which ${earlier} has already`, example }];
  });
}

function checkBounds(values: Partial<Values>): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const { BRIDGE_LINGER_MS: lingerMs, MQTT_ACK_DEADLINE_MS: deadlineMs } = values;
  if (lingerMs !== undefined && deadlineMs !== undefined && lingerMs * 2 > deadlineMs) {
    problems.push({
      variable: 'BRIDGE_LINGER_MS',
      fault: `is ${lingerMs}, which is more than half of MQTT_ACK_DEADLINE_MS=${deadlineMs}`,
      example: VARIABLES.mqtt.BRIDGE_LINGER_MS.example,
    });
  }
  return problems;
}

/** TLS needs a certificate and its key; certificates of clients need TLS. */
function checkTls(values: Partial<Values>): ConfigProblem[] {
  const port = (['MQTT_TLS_PORT', 'MQTT_WSS_PORT'] as const).find((name) => values[name] !== undefined);
  const problems: ConfigProblem[] = [];
  for (const name of ['MQTT_TLS_CERT_PATH', 'MQTT_TLS_KEY_PATH'] as const) {
    if (port === undefined || !(name in values) || values[name] !== undefined) continue;
    const { example } = VARIABLES.listeners[name];
    problems.push({ variable: name, fault: `is not set, but ${port} is`, example });
  }
  if (values.MQTT_TLS_REQUIRE_CERTIFICATE && values.MQTT_TLS_CLIENT_CA_PATH === undefined) {
    const { example } = VARIABLES.listeners.MQTT_TLS_CLIENT_CA_PATH;
    const fault = 'is not set, but MQTT_TLS_REQUIRE_CERTIFICATE=true';
    problems.push({ variable: 'MQTT_TLS_CLIENT_CA_PATH', fault, example });
  }
  return problems;
}
