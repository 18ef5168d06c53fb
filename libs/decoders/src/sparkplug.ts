import type { DeviceDescription, MetricDescription, MetricValue } from '@fieldstream/domain';
import type { Decoder, DecodeResult, PublishInput, PublishRequest, RejectReason } from './decoder.js';
import { defined, describable } from './describable.js';
import { badDeviceId } from './device-id.js';
import { addMetricFacts, unitOf } from './metric-facts.js';
import { shorten } from './payload-text.js';
import { decodedOf } from './sample-draft.js';
import { SparkplugBirths, type Birth, type BornMetric, type SparkplugPlace } from './sparkplug-births.js';
import { readSparkplug, type SparkplugMetric, type SparkplugPayload } from './sparkplug-payload.js';
import { SparkplugRebirths } from './sparkplug-rebirth.js';
import { SparkplugSamples } from './sparkplug-samples.js';
import { sparkplugValue } from './sparkplug-value.js';

const IGNORED: DecodeResult = { kind: 'ignored' };
/** With compression, the payload proper is the body of one that says so. */
const COMPRESSED = 'SPBV1.0_COMPRESSED';

type Kind = 'BIRTH' | 'DATA' | 'DEATH';

/**
 * Sparkplug B: `spBv1.0/<group>/<type>/<edge node>[/<device>]`, protobuf. A node's device ID is `<group>:<edge node>`, that of
 * a device behind it `<group>:<edge node>:<device>`; metrics keep their names, members of templates theirs below it.
 * - NBIRTH, DBIRTH: online; names, datatypes, aliases and units are remembered, and the values are stored;
 * - NDATA, DDATA: values, by name or alias; an alias that is not known, a node or device without a birth and a gap in the
 *   sequence ask the node for a rebirth;
 * - NDEATH (of the session that was born last), DDEATH: offline, with a node all its devices;
 * - commands and STATE are nothing to store, nor are bdSeq, `Node Control/…`, transient metrics, data sets, bytes, files and
 *   arrays.
 *
 * @see https://sparkplug.eclipse.org/specification/
 */
export function createSparkplug(): Decoder {
  const births = new SparkplugBirths();
  const rebirths = new SparkplugRebirths();
  return {
    name: 'sparkplug',
    claims: (levels) => levels[0] === 'spBv1.0' && levels.length > 2,
    decode(input) {
      const [, group = '', type = '', edge = '', device] = input.levels;
      const kind = kindOf(type);
      if (kind === undefined || (type.startsWith('D') ? 5 : 4) !== input.levels.length) return IGNORED;
      const place = { source: input.source, group, edge, device };
      return new Publish(input, place, births, rebirths).decode(kind);
    },
    apply: (change) => births.apply(change),
    ownFilters(deviceId) {
      const [group, edge, device, ...rest] = deviceId.split(':');
      if (!group || !edge || rest.length > 0 || device === '') return [];
      if (device !== undefined) return [`spBv1.0/${group}/DCMD/${edge}/${device}`];
      return [`spBv1.0/${group}/NCMD/${edge}`, `spBv1.0/${group}/DCMD/${edge}/+`, 'spBv1.0/STATE/+'];
    },
  };
}

function kindOf(type: string): Kind | undefined {
  switch (type) {
    case 'NBIRTH':
    case 'DBIRTH':
      return 'BIRTH';
    case 'NDATA':
    case 'DDATA':
      return 'DATA';
    case 'NDEATH':
    case 'DDEATH':
      return 'DEATH';
    default:
      return undefined;
  }
}

class Publish {
  readonly #nodeId: string;
  readonly #deviceId: string;

  constructor(
    private readonly input: PublishInput,
    private readonly place: SparkplugPlace,
    private readonly births: SparkplugBirths,
    private readonly rebirths: SparkplugRebirths,
  ) {
    this.#nodeId = `${place.group}:${place.edge}`;
    this.#deviceId = place.device === undefined ? this.#nodeId : `${this.#nodeId}:${place.device}`;
  }

  decode(kind: Kind): DecodeResult {
    const badId = badDeviceId(this.#deviceId);
    if (badId) return badId;
    const payload = readSparkplug(this.input.payload);
    if ('reason' in payload) return this.#rejected(payload.reason, payload.detail);
    if (payload.uuid === COMPRESSED) {
      return this.#rejected(
        'invalid-payload',
        'the payload is compressed; switch compression off at the edge node',
      );
    }
    const isNode = this.place.device === undefined;
    if (kind === 'DEATH' && isNode) return this.#decodeNodeDeath(payload);
    const hasGap = this.rebirths.hasGap(this.place, payload.seq, isNode && kind === 'BIRTH');
    if (kind === 'DATA') return this.#decodeData(payload, hasGap);
    const requests = hasGap ? this.#askForRebirth() : [];
    if (kind === 'BIRTH') return this.#decodeBirth(payload, requests);
    const presence = [{ deviceId: this.#deviceId, state: 'offline' as const }];
    return decodedOf([], this.input, { presence, ...asked(requests) });
  }

  #decodeNodeDeath(payload: SparkplugPayload): DecodeResult {
    const birth = this.births.find(this.place);
    // Some senders name it by its alias alone, which nothing allows.
    const bdSeq = bdSeqOf(payload, birth?.byName.get('bdSeq')?.alias);
    // The will of a session that a newer one has replaced.
    if (bdSeq !== undefined && birth?.bdSeq !== undefined && bdSeq !== birth.bdSeq) return IGNORED;
    const deviceIds = [this.#deviceId, ...this.births.devicesOf(this.place)];
    const presence = deviceIds.map((deviceId) => ({ deviceId, state: 'offline' as const }));
    return decodedOf([], this.input, { presence });
  }

  #decodeBirth(payload: SparkplugPayload, requests: PublishRequest[]): DecodeResult {
    const samples = new SparkplugSamples(this.#deviceId, this.input, payload.timestampMs);
    const metrics: BornMetric[] = [];
    const about = new Map<string, string>();
    for (const metric of payload.metrics) {
      if (!metric.name) continue;
      const unit = unitOf(metric.unit);
      const { name, alias, datatype } = metric;
      metrics.push({ name, ...defined({ alias, datatype }), ...(unit === undefined ? {} : { unit }) });
      const value = sparkplugValue(metric, datatype);
      const text = ABOUT.has(name) ? describable(value) : undefined;
      if (text !== undefined) about.set(name, text);
      // What cannot be stored is left out: it must not cost the names of all others.
      addMetric(samples, name, metric, datatype, unit);
    }
    const birth: Birth = {
      deviceId: this.#deviceId,
      about: JSON.stringify([...about]),
      metrics,
      ...defined({ bdSeq: this.place.device === undefined ? bdSeqOf(payload) : undefined }),
    };
    const { state, isNews } = this.births.change(this.place, birth);
    return decodedOf(samples.finish(), this.input, {
      presence: [{ deviceId: this.#deviceId, state: 'online' }],
      ...(isNews ? { descriptions: [this.#describe(metrics, about)] } : {}),
      ...(state.length > 0 ? { state } : {}),
      ...asked(requests),
    });
  }

  #decodeData(payload: SparkplugPayload, hasGap: boolean): DecodeResult {
    const birth = this.births.find(this.place);
    const nodeBirth =
      this.place.device === undefined ? birth : this.births.find({ ...this.place, device: undefined });
    const samples = new SparkplugSamples(this.#deviceId, this.input, payload.timestampMs);
    for (const metric of payload.metrics) {
      const born =
        metric.alias === undefined
          ? birth?.byName.get(metric.name ?? '')
          : (birth?.byAlias.get(metric.alias) ?? nodeBirth?.byAlias.get(metric.alias));
      const name = metric.name || born?.name;
      if (!name) {
        const what =
          metric.alias === undefined ? 'a metric has neither name nor alias' : `alias ${metric.alias}`;
        const detail = `${what}, which no birth of ${this.#deviceId} has declared`;
        return this.#rejected('unknown-alias', detail, this.#askForRebirth());
      }
      const unit = unitOf(metric.unit) ?? born?.unit;
      const refusal = addMetric(samples, name, metric, metric.datatype ?? born?.datatype, unit);
      if (refusal) return this.#rejected(refusal.reason, refusal.detail);
    }
    const requests = hasGap || !birth || !nodeBirth ? this.#askForRebirth() : [];
    const drafts = samples.finish();
    if (drafts.every((draft) => draft.isEmpty) && requests.length === 0) return IGNORED;
    return decodedOf(drafts, this.input, asked(requests));
  }

  #describe(metrics: readonly BornMetric[], about: ReadonlyMap<string, string>): DeviceDescription {
    const { group, edge, device } = this.place;
    const described = new Map<string, MetricDescription>();
    for (const { name, unit } of metrics) addMetricFacts(described, name, { unit });
    return {
      deviceId: this.#deviceId,
      family: 'sparkplug',
      ...defined({
        name: describable(device ?? edge),
        manufacturer: about.get('Properties/Hardware Make'),
        model: about.get('Properties/Hardware Model'),
        firmware: about.get('Properties/FW') ?? about.get('Properties/Firmware Version'),
        gatewayId: device === undefined ? undefined : this.#nodeId,
        address: describable([group, edge, ...(device === undefined ? [] : [device])].join('/')),
      }),
      ...(described.size > 0 ? { metrics: described } : {}),
    };
  }

  #askForRebirth(): PublishRequest[] {
    return this.rebirths.request(this.place, this.input.receivedAtMs);
  }

  #rejected(reason: RejectReason, detail: string, requests: PublishRequest[] = []): DecodeResult {
    return {
      kind: 'rejected',
      reason,
      detail: shorten(detail, 240),
      deviceId: this.#deviceId,
      ...asked(requests),
    };
  }
}

/** Metrics by which a node or device says what it is (Eclipse Sparkplug 3.0, section 6.4.8). */
const ABOUT: ReadonlySet<string> = new Set([
  'Properties/Hardware Make',
  'Properties/Hardware Model',
  'Properties/FW',
  'Properties/Firmware Version',
]);

function bdSeqOf({ metrics }: SparkplugPayload, bornAlias?: number): number | undefined {
  const metric = metrics.find(
    ({ name, alias }) => name === 'bdSeq' || (!name && alias !== undefined && alias === bornAlias),
  );
  const value = metric && sparkplugValue(metric, undefined);
  return typeof value === 'number' ? value : undefined;
}

function asked(requests: PublishRequest[]): { requests?: PublishRequest[] } {
  return requests.length > 0 ? { requests } : {};
}

/** Adds a metric's value, of a template instance those of its members. @returns the first refusal */
function addMetric(
  samples: SparkplugSamples,
  name: string,
  metric: SparkplugMetric,
  datatype: number | undefined,
  unit: string | undefined,
): ReturnType<SparkplugSamples['add']> {
  if (metric.isTransient || metric.isNull || isProtocol(name)) return undefined;
  if (metric.members) {
    let first: ReturnType<SparkplugSamples['add']>;
    for (const member of metric.members) {
      // Members carry no time and no history of their own, but that of their instance.
      const dated = { ...member, ...defined({ timestampMs: member.timestampMs ?? metric.timestampMs }) };
      if (metric.isHistorical) dated.isHistorical = true;
      const path = `${name}/${member.name ?? ''}`;
      first ??= addMetric(samples, path, dated, member.datatype, unitOf(member.unit));
    }
    return first;
  }
  const value: MetricValue | undefined = sparkplugValue(metric, datatype);
  return value === undefined ? undefined : samples.add(name, value, metric, unit);
}

/** Metrics of the protocol itself. */
function isProtocol(name: string): boolean {
  return name === 'bdSeq' || name.startsWith('Node Control/') || name.startsWith('Device Control/');
}
