/** The attacks, in the order in which they are run. */
export const ATTACKS = [
  'half-open',
  'slow-connect',
  'oversized',
  'endless',
  'keepalive-0',
  'wrong-passwords',
  'certificates',
  'flood',
] as const;
export type Attack = (typeof ATTACKS)[number];

/** What the process that attacks is told. */
export interface AttackOptions {
  readonly attack: Attack;
  readonly port: number;
  readonly tlsPort: number;
  /** A registered device that went bad. */
  readonly rogue: { readonly username: string; readonly password: string };
  /** Certificates that are to be refused. */
  readonly certificates: readonly { readonly cert: string; readonly key: string }[];
}
