import { BoundedMap } from './bounded-map.js';
import type { StateChange } from './decoder.js';
import { MAX_STATE_KEY, stateKey } from './describable.js';
import type {
  HomeAssistantAvailability,
  HomeAssistantDevice,
  HomeAssistantValue,
} from './home-assistant-config.js';
import { parseHomeAssistantTemplate, type HomeAssistantTemplate } from './home-assistant-template.js';
import { arrayOf, objectOf, textOf } from './json-shape.js';

/** What a topic was announced to carry: a value, or whether the device is there. */
export interface Announced {
  readonly deviceId: string;
  readonly value?: HomeAssistantValue;
  readonly availability?: HomeAssistantAvailability;
  readonly template: HomeAssistantTemplate | undefined;
}

interface KnownConfig {
  readonly json: string;
  readonly topics: readonly { readonly key: string; readonly announced: Announced }[];
}

const MAX_CONFIGS = 20_000;
/** Characters of all discovery payloads together, as they are remembered. */
const MAX_WEIGHT = 16 * 1024 * 1024;
/** Values that one topic, or topics with one pattern, can carry. */
const MAX_PER_TOPIC = 256;

/**
 * What discovery announced, by the topics where values come. Bounded: 20,000 discovery topics, 16 MiB together; the one that was
 * announced longest ago is forgotten first.
 */
export class HomeAssistantTopics {
  readonly #configs = new BoundedMap<KnownConfig>(MAX_CONFIGS, MAX_WEIGHT, (_key, config) =>
    this.#withdraw(config),
  );
  readonly #byTopic = new Map<string, Set<Announced>>();
  /** Topics with `+`, by source, depth and last level; none with a wildcard at its end. */
  readonly #byShape = new Map<string, Set<Announced>>();

  /** Whether a topic was announced. */
  has(levels: readonly string[], source: string | undefined): boolean {
    if (this.#byTopic.size > 0 && this.#byTopic.has(stateKey(source, levels.join('/')))) return true;
    return this.#byShape.size > 0 && this.#matching(levels, source).length > 0;
  }

  find(levels: readonly string[], source: string | undefined): Announced[] {
    const exact = this.#byTopic.get(stateKey(source, levels.join('/'))) ?? [];
    return [...exact, ...this.#matching(levels, source)];
  }

  /** The change that a discovery payload makes; undefined: none. @param device Undefined: removed, or nothing to be remembered */
  change(
    source: string | undefined,
    topic: string,
    device: HomeAssistantDevice | undefined,
  ): StateChange | undefined {
    const key = stateKey(source, topic);
    if (key.length > MAX_STATE_KEY) return undefined;
    const known = this.#configs.get(key);
    if (!device) return known ? { key, value: null } : undefined;
    const { deviceId, about, values, availability } = device;
    const value = { id: deviceId, about, values, availability };
    return known?.json === JSON.stringify(value) ? undefined : { key, value };
  }

  apply({ key, value }: StateChange): void {
    this.#configs.delete(key);
    const state = objectOf(value);
    const deviceId = textOf(state?.['id']);
    if (!state || deviceId === undefined) return;
    const source = key.slice(0, key.indexOf('/'));
    const topics: { key: string; announced: Announced }[] = [];
    const add = (topic: string, announced: Announced): void => {
      const topicKey = keyOf(source, topic);
      if (topicKey !== undefined) topics.push({ key: topicKey, announced });
    };
    // As `change` wrote them.
    for (const entry of arrayOf(state['values']) as HomeAssistantValue[]) {
      add(entry.topic, { deviceId, value: entry, template: templateOf(entry) });
    }
    for (const entry of arrayOf(state['availability']) as HomeAssistantAvailability[]) {
      add(entry.topic, { deviceId, availability: entry, template: templateOf(entry) });
    }
    const json = JSON.stringify(value);
    this.#configs.set(key, { json, topics }, key.length + json.length);
    if (!this.#configs.get(key)) return;
    for (const { key: topicKey, announced } of topics) {
      const index = this.#indexOf(topicKey);
      const all = index.get(topicKey) ?? new Set();
      if (all.size < MAX_PER_TOPIC) index.set(topicKey, all.add(announced));
    }
  }

  #withdraw({ topics }: KnownConfig): void {
    for (const { key, announced } of topics) {
      const index = this.#indexOf(key);
      const all = index.get(key);
      all?.delete(announced);
      if (all?.size === 0) index.delete(key);
    }
  }

  #indexOf(key: string): Map<string, Set<Announced>> {
    return key.startsWith('+') ? this.#byShape : this.#byTopic;
  }

  #matching(levels: readonly string[], source: string | undefined): Announced[] {
    if (this.#byShape.size === 0) return [];
    const shape = this.#byShape.get(shapeKey(stateKey(source), levels)) ?? [];
    return [...shape].filter(({ value, availability }) => {
      const pattern = (value ?? availability)?.topic.split('/') ?? [];
      return pattern.every((level, index) => level === '+' || level === levels[index]);
    });
  }
}

/** Key of a topic, or of the shape of one with wildcards, in the index; undefined if it cannot be looked up. */
function keyOf(source: string, topic: string): string | undefined {
  if (!/[+#]/.test(topic)) return `${source}/${encodeURIComponent(topic.toWellFormed())}`;
  const levels = topic.split('/');
  return topic.includes('#') || levels.at(-1) === '+' ? undefined : shapeKey(source, levels);
}

/** Escaped keys never begin with a `+`. */
function shapeKey(source: string, levels: readonly string[]): string {
  return `+${source}/${levels.length}/${levels.at(-1) ?? ''}`;
}

function templateOf({ template }: { readonly template?: string }): HomeAssistantTemplate | undefined {
  return template === undefined ? undefined : parseHomeAssistantTemplate(template);
}
