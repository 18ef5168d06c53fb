import type { MetricDescription, MetricValue } from '@fieldstream/domain';
import type { Decoder, DecodeResult, PublishInput, StateChange } from './decoder.js';
import { defined, describable } from './describable.js';
import { badDeviceId } from './device-id.js';
import { HomieAttributes, type HomieFacts } from './homie-attributes.js';
import { HomieDevices, homiePresence, readHomieDescription } from './homie-devices.js';
import { addHomieValue } from './homie-value.js';
import { addMetricFacts, unitOf } from './metric-facts.js';
import { parseJson, payloadText, shorten, type Refusal } from './payload-text.js';
import { decodedOf, SampleDraft } from './sample-draft.js';

const IGNORED: DecodeResult = { kind: 'ignored' };

/** Attributes of a device that describe it. */
const DEVICE_ATTRIBUTES: ReadonlySet<string> = new Set(['name', 'implementation', 'fw.name', 'fw.version']);
const PROPERTY_ATTRIBUTES: ReadonlySet<string> = new Set(['name', 'unit', 'datatype']);

/** What Homie 2 and 3, and the legacy extension of 4, tell of a device itself under `$stats`. */
const STATS_UNITS: ReadonlyMap<string, string> = new Map([
  ['uptime', 's'],
  ['signal', '%'],
  ['cputemp', '°C'],
  ['cpuload', '%'],
  ['battery', '%'],
  ['freeheap', 'B'],
  ['supply', 'V'],
]);

/**
 * The Homie convention, versions 2 to 5, under its default root:
 * - `homie/<device>/<node>/<property>` and `homie/5/<device>/<node>/<property>`: one value, typed as declared; the metric is
 *   `<node>.<property>`;
 * - `…/$state`: presence; in version 5 that of a root holds for the devices below it;
 * - attributes (`…/$name`, `…/$unit`, `…/$datatype`, …) and `homie/5/<device>/$description`: names and units;
 * - `/set`, `/$target`, `$log`, `$alert` and broadcasts are nothing to store.
 *
 * @see https://homieiot.github.io/specification/
 */
export function createHomie(): Decoder {
  const attributes = new HomieAttributes();
  const devices = new HomieDevices();
  return {
    name: 'homie',
    claims: (levels) => levels[0] === 'homie' && levels.length > 2,
    decode: (input) => new Publish(input, attributes, devices).decode(),
    apply(change: StateChange) {
      if (change.key.split('/', 2)[1] === 'v4') attributes.apply(change);
      else devices.apply(change);
    },
    ownFilters(deviceId) {
      const filters = [`homie/5/${deviceId}/#`, 'homie/$broadcast/#', 'homie/5/$broadcast/#'];
      // The topics of a device called 5 would be those of all devices of version 5.
      return deviceId === '5' ? filters : [`homie/${deviceId}/#`, ...filters];
    },
  };
}

class Publish {
  readonly #isVersion5: boolean;
  readonly #deviceId: string;
  /** The levels below the device. */
  readonly #rest: readonly string[];

  constructor(
    private readonly input: PublishInput,
    private readonly attributes: HomieAttributes,
    private readonly devices: HomieDevices,
  ) {
    const { levels } = input;
    this.#isVersion5 = levels[1] === '5';
    this.#deviceId = levels[this.#isVersion5 ? 2 : 1] ?? '';
    this.#rest = levels.slice(this.#isVersion5 ? 3 : 2);
  }

  decode(): DecodeResult {
    // An empty payload removes what was retained; a broadcast is for all.
    if (this.input.payload.byteLength === 0 || this.#deviceId.startsWith('$')) return IGNORED;
    if (this.#rest.length === 0) return IGNORED;
    const badId = badDeviceId(this.#deviceId);
    if (badId) return badId;
    const text = payloadText(this.input.payload);
    if (typeof text !== 'string') return this.#rejected(text);
    const [node = '', property = '', attribute] = this.#rest;
    if (this.#rest.length === 1) return this.#decodeDevice(node, text);
    if (node.startsWith('$')) return this.#isVersion5 ? IGNORED : this.#decodeExtension(node, property, text);
    if (this.#rest.length === 2) return property.startsWith('$') ? IGNORED : this.#decodeValue(text);
    if (this.#isVersion5 || this.#rest.length > 3 || !attribute?.startsWith('$')) return IGNORED;
    return this.#decodePropertyAttribute(attribute.slice(1), text);
  }

  /** `$state`, `$description` and what names a device. */
  #decodeDevice(attribute: string, text: string): DecodeResult {
    if (!attribute.startsWith('$')) return IGNORED;
    if (attribute === '$state') return this.#decodeState(text.trim());
    if (this.#isVersion5) return attribute === '$description' ? this.#decodeDescription(text) : IGNORED;
    // Version 2, which had no states.
    if (attribute === '$online') return this.#decodeState(text.trim() === 'true' ? 'ready' : 'lost');
    return this.#decodeDeviceAttribute(attribute.slice(1), text);
  }

  #decodeState(state: string): DecodeResult {
    if (this.#isVersion5) {
      if (state.length > 16) return IGNORED;
      const outcome = this.devices.stateChange(this.input.source, this.#deviceId, state);
      if (outcome.state.length + outcome.presence.length === 0) return IGNORED;
      return decodedOf([], this.input, outcome);
    }
    const presence = homiePresence(state);
    if (presence === undefined) return IGNORED;
    return decodedOf([], this.input, { presence: [{ deviceId: this.#deviceId, state: presence }] });
  }

  #decodeDescription(text: string): DecodeResult {
    const json = parseJson(text);
    if (!('value' in json)) return this.#rejected(json);
    const device = readHomieDescription(json.value);
    if (!device) return this.#rejected({ reason: 'not-an-object', detail: '$description is not an object' });
    const change = this.devices.descriptionChange(this.input.source, this.#deviceId, device);
    if (!change) return IGNORED;
    const { name, metrics } = device;
    const above = device.root ?? device.parent;
    const gatewayId = above === undefined || badDeviceId(above) ? undefined : above;
    const description = {
      ...this.#described({ name, gatewayId }),
      ...(metrics.size > 0 ? { metrics } : {}),
    };
    return decodedOf([], this.input, { descriptions: [description], state: [change] });
  }

  #decodeDeviceAttribute(attribute: string, text: string): DecodeResult {
    if (!DEVICE_ATTRIBUTES.has(attribute)) return IGNORED;
    const told = this.attributes.change(this.input.source, [this.#deviceId], attribute, text);
    if (!told) return IGNORED;
    const facts = told.facts;
    const firmware = [facts.get('fw.name'), facts.get('fw.version')].filter((part) => part !== undefined);
    const description = this.#described({
      name: facts.get('name'),
      model: facts.get('implementation'),
      firmware: describable(firmware.join(' ')),
    });
    return decodedOf([], this.input, { descriptions: [description], state: [told.change] });
  }

  /** `$stats/…` are values of the device itself, `$fw/…` its firmware; other extensions are left alone. */
  #decodeExtension(extension: string, name: string, text: string): DecodeResult {
    if (this.#rest.length !== 2) return IGNORED;
    if (extension === '$fw') return this.#decodeDeviceAttribute(`fw.${name}`, text);
    const unit = extension === '$stats' ? STATS_UNITS.get(name) : undefined;
    return unit === undefined ? IGNORED : this.#value(`stats.${name}`, 'float', unit, text);
  }

  #decodePropertyAttribute(attribute: string, text: string): DecodeResult {
    if (!PROPERTY_ATTRIBUTES.has(attribute)) return IGNORED;
    const told = this.attributes.change(this.input.source, this.#propertyPath(), attribute, text);
    if (!told) return IGNORED;
    const metrics = new Map<string, MetricDescription>();
    addMetricFacts(metrics, this.#metric(), { unit: told.facts.get('unit'), name: told.facts.get('name') });
    const descriptions = metrics.size > 0 ? [{ ...this.#described({}), metrics }] : [];
    return decodedOf([], this.input, { descriptions, state: [told.change] });
  }

  #decodeValue(text: string): DecodeResult {
    const metric = this.#metric();
    if (this.#isVersion5) {
      const device = this.devices.find(this.input.source, this.#deviceId);
      return this.#value(metric, device?.types.get(metric), device?.metrics.get(metric)?.unit, text);
    }
    const facts: HomieFacts | undefined = this.attributes.find(this.input.source, this.#propertyPath());
    return this.#value(metric, facts?.get('datatype'), unitOf(facts?.get('unit')), text);
  }

  #value(metric: string, datatype: string | undefined, unit: string | undefined, text: string): DecodeResult {
    const values = new Map<string, MetricValue>();
    const refusal = addHomieValue(values, metric, datatype, text);
    if (refusal) return this.#rejected(refusal);
    const draft = new SampleDraft(this.#deviceId, this.input);
    draft.add(values, undefined);
    if (draft.isEmpty) return IGNORED;
    if (unit !== undefined && values.has(metric)) draft.units.set(metric, unit);
    return decodedOf([draft], this.input);
  }

  #metric(): string {
    return this.#rest.slice(0, 2).join('.');
  }

  #propertyPath(): string[] {
    return [this.#deviceId, ...this.#rest.slice(0, 2)];
  }

  #described(texts: Record<string, string | undefined>): { deviceId: string; family: string } {
    const address = `homie/${this.#isVersion5 ? '5/' : ''}${this.#deviceId}`;
    return {
      deviceId: this.#deviceId,
      family: 'homie',
      ...defined({ ...texts, address: describable(address) }),
    };
  }

  #rejected({ reason, detail }: Refusal): DecodeResult {
    return { kind: 'rejected', reason, detail: shorten(detail, 240), deviceId: this.#deviceId };
  }
}
