/** A SenML record by JSON's labels. Values are as the sender wrote them: nothing is checked yet. */
export type SenmlRecord = Readonly<Record<string, unknown>>;

/** The integer labels of CBOR (RFC 8428, table 4) by JSON's. */
export const CBOR_LABELS: ReadonlyMap<number, string> = new Map([
  [-6, 'bs'],
  [-5, 'bv'],
  [-4, 'bu'],
  [-3, 'bt'],
  [-2, 'bn'],
  [-1, 'bver'],
  [0, 'n'],
  [1, 'u'],
  [2, 'v'],
  [3, 'vs'],
  [4, 'vb'],
  [5, 's'],
  [6, 't'],
  [7, 'ut'],
  [8, 'vd'],
]);
