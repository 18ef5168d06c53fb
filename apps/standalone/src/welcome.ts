import { reachableHost, urlOf } from './url-of.js';

export interface Addresses {
  readonly httpPort: number;
  readonly mqttPort: number;
  /** Ports of the other ways in for MQTT; those that are not listened on are missing. */
  readonly furtherPorts?: Readonly<Record<'tls' | 'ws' | 'wss', number | undefined>>;
  /** Of the embedded engines; undefined where one is given. */
  readonly sqlUrl: string | undefined;
  readonly kafkaBroker: string | undefined;
  readonly dataDir: string | undefined;
  /** Simulated devices; undefined: no demo. */
  readonly demoDevices: number | undefined;
}

/** What is printed when everything runs: where everything is, and how a first sensor is connected. */
export function welcome(host: string, elapsed: string, addresses: Addresses): string {
  const { httpPort, mqttPort, furtherPorts, sqlUrl, kafkaBroker, dataDir, demoDevices } = addresses;
  const http = urlOf('http', host, httpPort);
  const mqtt = urlOf('mqtt', host, mqttPort);
  const further = (scheme: 'mqtts' | 'ws' | 'wss', port: number | undefined): string | undefined =>
    port === undefined ? undefined : urlOf(scheme, host, port) + (scheme === 'mqtts' ? '' : '/mqtt');
  const places = [
    ['live values', `${http}/`],
    ['API', `${http}/api/docs`],
    ['MQTT', mqtt],
    ['MQTT, TLS', further('mqtts', furtherPorts?.tls)],
    ['WebSocket', further('ws', furtherPorts?.ws)],
    ['WebSocket, TLS', further('wss', furtherPorts?.wss)],
    ['SQL', sqlUrl && `psql ${sqlUrl}`],
    ['Kafka protocol', kafkaBroker],
    ['data folder', dataDir],
  ].flatMap(([name, place]) => (place ? [`  ${name?.padEnd(15)} ${place}`] : []));
  const demo =
    demoDevices === undefined
      ? ''
      : `\nDemo: ${demoDevices} simulated devices, with IDs that begin with demo-, are publishing. DEMO=false turns them off.\n`;
  return `
Fieldstream is running; it took${elapsed}.

${places.join('\n')}

Connect a first sensor, in another terminal:

  mosquitto_pub -h ${reachableHost(host)} -p ${mqttPort} -q 1 -t devices/my-sensor/telemetry -m '{"temperature": 21.5}'
  curl ${http}/api/devices/my-sensor/latest
${demo}
Ctrl-C stops everything in order.
`;
}
