/**
 * The topics of a consumer's subscription metadata (ConsumerProtocolSubscription: version int16, topics array of string,
 * then fields that do not matter here). Empty when the bytes are something else: a group may use a protocol of its own.
 */
export function subscribedTopics(metadata: Buffer): string[] {
  const topics: string[] = [];
  let position = 2;
  const take = (length: number): number => {
    if (length < 0 || position + length > metadata.length) throw new RangeError('not a subscription');
    position += length;
    return position - length;
  };
  try {
    const count = metadata.readInt32BE(take(4));
    for (let index = 0; index < count; index += 1) {
      const length = metadata.readInt16BE(take(2));
      const start = take(length);
      topics.push(metadata.toString('utf8', start, start + length));
    }
    return topics;
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}
