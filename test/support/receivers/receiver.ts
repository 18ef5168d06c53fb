/** Something outside the platform that takes alerts, which can go away and come back at the same address. */
export interface Receiver {
  /** Away: connections to it are refused. What it has taken stays known, unless it says otherwise. */
  takeAway(): Promise<void>;
  bringBack(): Promise<void>;
  /** Ends it and removes what it stored. */
  close(): Promise<void>;
}
