import { createHash } from 'node:crypto';

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.45 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 68rem; padding: 1rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: baseline; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
#state { margin-left: auto; opacity: .75; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .25rem .5rem; text-align: left; overflow-wrap: anywhere; border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
tr.fresh td { background: color-mix(in srgb, Highlight 18%, transparent); }
.demo { font-size: .75rem; border: 1px solid; border-radius: .75rem; padding: 0 .4rem; opacity: .7; }
.critical { color: #c4162a; } @media (prefers-color-scheme: dark) { .critical { color: #ff7383; } }
@media (max-width: 40rem) { .time { display: none; } }
`;

const SCRIPT = `
const EVERY_MS = 500, MOST = 2000;
const byId = (id) => document.getElementById(id);
const seen = new Map();
const cell = (text, className) => Object.assign(document.createElement('td'), { textContent: text, className: className ?? '' });
function deviceCell(id, name) {
  const td = cell(name + ' ');
  td.title = id;
  if (id.startsWith('demo-')) td.append(Object.assign(document.createElement('span'), { className: 'demo', textContent: 'demo' }));
  return td;
}
function valueText({ value, text, unit }) {
  const shown = value === null ? text : value.toLocaleString(undefined, { maximumFractionDigits: 3 });
  return unit ? shown + ' ' + unit : shown;
}
async function get(path) {
  const response = await fetch(path);
  if (response.status === 401) throw new Error('this installation asks for its API token; use the API or Grafana');
  if (!response.ok) throw new Error('the API answered ' + response.status);
  return response.json();
}
function row(item) {
  const key = item.deviceId + '\\u0000' + item.metric;
  const tr = document.createElement('tr');
  if (seen.has(key) && seen.get(key) !== item.time) tr.className = 'fresh';
  seen.set(key, item.time);
  tr.append(deviceCell(item.deviceId, item.deviceName), cell(item.metric), cell(valueText(item), 'number'),
    cell(new Date(item.time).toLocaleTimeString(), 'time'));
  return tr;
}
function alertRow(alert) {
  const tr = document.createElement('tr');
  tr.append(deviceCell(alert.deviceId, alert.deviceId), cell(alert.severity, alert.severity), cell(alert.summary),
    cell(new Date(alert.firedAt).toLocaleTimeString(), 'time'));
  return tr;
}
async function refresh() {
  try {
    const [latest, alerts] = await Promise.all([get('/api/latest?limit=' + MOST), get('/api/alerts?state=firing&limit=50')]);
    byId('values').replaceChildren(...latest.items.map(row));
    byId('alerts').replaceChildren(...alerts.items.map(alertRow));
    byId('no-values').hidden = latest.items.length > 0;
    byId('no-alerts').hidden = alerts.items.length > 0;
    byId('state').textContent = latest.items.length + ' series' + (latest.next ? ' of more' : '') + ', ' + new Date().toLocaleTimeString();
  } catch (error) {
    byId('state').textContent = 'not up to date: ' + error.message;
  }
  setTimeout(refresh, document.hidden ? 10 * EVERY_MS : EVERY_MS);
}
refresh();
`;

/** Where somebody who types the address sees the newest values, and finds the way. */
export const HOME_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Fieldstream</title>
<style>${STYLE}</style>
<header>
<h1>Fieldstream</h1>
<nav>
<a href="/api/docs">API</a> <a href="/api/devices">Devices</a> <a href="/api/alerts">Alerts</a>
<a href="/api/pipeline">Pipeline</a> <a href="/health/ready">Health</a> <a href="/metrics">Metrics</a>
</nav>
<span id="state" role="status">loading …</span>
</header>
<h2>Open alerts</h2>
<p id="no-alerts" hidden>None.</p>
<table><tbody id="alerts"></tbody></table>
<h2>Latest values</h2>
<p id="no-values" hidden>None yet. Publish the first: <code>mosquitto_pub -q 1 -t devices/my-sensor/telemetry -m '{"temperature": 21.5}'</code></p>
<table>
<thead><tr><th scope="col">Device<th scope="col">Metric<th scope="col" class="number">Value<th scope="col" class="time">Observed</tr></thead>
<tbody id="values"></tbody>
</table>
<script>${SCRIPT}</script>
</html>
`;

/** Content Security Policy (level 3): the page's own style and script, by their digests, and its own server. */
export const HOME_POLICY = `default-src 'none'; connect-src 'self'; style-src ${hash(STYLE)}; script-src ${hash(SCRIPT)}`;

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
