/** What a snippet needs to know. */
export interface SnippetFacts {
  readonly deviceId: string;
  /** Undefined where the device connects without one, or where it is not known any more. */
  readonly password?: string | undefined;
  /** The device has to say who it is. */
  readonly needsPassword: boolean;
  readonly host: string;
  readonly port: number;
}

export interface Snippet {
  readonly id: string;
  readonly label: string;
  /** What has to be there first, and where the text goes. */
  readonly hint: string;
  readonly text: string;
}

/** Stands where only the person knows the password. */
export const UNKNOWN_PASSWORD = 'the password of the device';

/** Ready texts that connect a device and publish its first reading. Values are quoted in the language of each. */
export function snippetsFor(facts: SnippetFacts): readonly Snippet[] {
  const password = facts.needsPassword ? (facts.password ?? UNKNOWN_PASSWORD) : undefined;
  const known = { ...facts, password, topic: `devices/${facts.deviceId}/telemetry` };
  return [mosquitto(known), python(known), esp32(known), tasmota(known), node(known)];
}

interface Known {
  readonly deviceId: string;
  readonly password: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly topic: string;
}

function mosquitto({ deviceId, password, host, port, topic }: Known): Snippet {
  const user = password === undefined ? [] : [`-u ${shell(deviceId)} -P ${shell(password)}`];
  const lines = [
    `mosquitto_pub -h ${shell(host)} -p ${port} -i ${shell(deviceId)} -q 1`,
    ...user,
    `-t ${shell(topic)}`,
    `-m ${shell('{"temperature": 21.5}')}`,
  ];
  return {
    id: 'mosquitto',
    label: 'mosquitto_pub',
    hint: 'In a shell; the package is called mosquitto-clients.',
    text: lines.join(' \\\n  '),
  };
}

function python({ deviceId, password, host, port, topic }: Known): Snippet {
  const user =
    password === undefined ? '' : `client.username_pw_set(${quoted(deviceId)}, ${quoted(password)})\n`;
  return {
    id: 'python',
    label: 'Python',
    hint: "pip install 'paho-mqtt>=2'",
    text: `import json
import random
import time

import paho.mqtt.client as mqtt

client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=${quoted(deviceId)})
${user}client.on_connect = lambda client, userdata, flags, reason, properties: print("connected:", reason)
client.connect(${quoted(host)}, ${port})
client.loop_start()

while True:
    reading = {"ts": time.time(), "temperature": round(random.uniform(20, 22), 2)}
    client.publish(${quoted(topic)}, json.dumps(reading), qos=1)
    time.sleep(5)
`,
  };
}

function esp32({ deviceId, password, host, port, topic }: Known): Snippet {
  const credentials = password === undefined ? '' : `, ${quoted(deviceId)}, ${quoted(password)}`;
  return {
    id: 'esp32',
    label: 'ESP32',
    hint: 'Arduino, with the library PubSubClient from the Library Manager. Fill in the Wi-Fi.',
    text: `#include <WiFi.h>
#include <PubSubClient.h>

WiFiClient network;
PubSubClient client(network);

void setup() {
  WiFi.begin("your-wifi", "its-password");
  while (WiFi.status() != WL_CONNECTED) delay(200);
  client.setServer(${quoted(host)}, ${port});
}

void loop() {
  while (!client.connected()) {
    if (!client.connect(${quoted(deviceId)}${credentials})) delay(2000);
  }
  client.loop();
  static unsigned long publishedMs = 0;
  if (millis() - publishedMs >= 5000) {
    publishedMs = millis();
    char reading[64];
    snprintf(reading, sizeof reading, "{\\"temperature\\": %.2f}", temperatureRead());
    client.publish(${quoted(topic)}, reading);
  }
}
`,
  };
}

function tasmota({ deviceId, password, host, port, topic }: Known): Snippet {
  // In Tasmota's console a value reaches to the next `;` or the end of the line, without quotes.
  const user = password === undefined ? '' : `; MqttUser ${deviceId}; MqttPassword ${password}`;
  return {
    id: 'tasmota',
    label: 'Tasmota',
    hint: 'In the console of the device. Write Tele-<sensor>#<value> as they stand in its tele/…/SENSOR messages.',
    text: `Backlog MqttHost ${host}; MqttPort ${port}; MqttClient ${deviceId}${user}; TelePeriod 60
Rule1 ON Tele-ENERGY#Power DO Publish ${topic}/power %value% ENDON
Rule1 1
`,
  };
}

function node({ deviceId, password, host, port, topic }: Known): Snippet {
  const user =
    password === undefined ? '' : `  username: ${quoted(deviceId)},\n  password: ${quoted(password)},\n`;
  return {
    id: 'node',
    label: 'Node.js',
    hint: 'npm install mqtt; the file ends in .mjs.',
    text: `import { connectAsync } from 'mqtt';

const client = await connectAsync(${quoted(`mqtt://${host.includes(':') ? `[${host}]` : host}:${port}`)}, {
  clientId: ${quoted(deviceId)},
${user}});
setInterval(async () => {
  const reading = { ts: Date.now(), temperature: 20 + 2 * Math.random() };
  await client.publishAsync(${quoted(topic)}, JSON.stringify(reading), { qos: 1 });
}, 5000);
`,
  };
}

/** As one word of a POSIX shell. */
function shell(word: string): string {
  return /^[\w@%:.,/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** JSON's quoting, which Python, C++ and JavaScript read alike for a text without control characters. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
