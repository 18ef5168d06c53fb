const MAX_LENGTH = 249;
const LEGAL = /^[a-zA-Z0-9._-]+$/;

/** Why Kafka would not accept this as the name of a topic; undefined if it would. */
export function topicNameFault(name: string): string | undefined {
  if (name === '') return 'Topic name is invalid: the empty string is not allowed';
  if (name === '.' || name === '..') return 'Topic name is invalid: "." or ".." is not allowed';
  if (name.length > MAX_LENGTH) return `Topic name is invalid: the length is longer than ${MAX_LENGTH}`;
  if (!LEGAL.test(name)) {
    return `Topic name is invalid: '${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`;
  }
  return undefined;
}

/** Names that differ in `.` and `_` alone would be one metric name, so Kafka accepts the first of them only. */
export function collides(one: string, other: string): boolean {
  return one !== other && one.replaceAll('.', '_') === other.replaceAll('.', '_');
}

/** Topics of the log's own, which clients read but do not write. */
export const OFFSETS_TOPIC = '__consumer_offsets';

export function isInternal(topic: string): boolean {
  return topic === OFFSETS_TOPIC;
}
