import type { CaseScope } from './case-scope.js';

/** One thing that every broker must do, and how it is seen. `run` throws where the broker does otherwise. */
export interface ContractCase {
  readonly name: string;
  /** The case restarts the broker; it is skipped where that is not ours to do. */
  readonly restarts?: boolean;
  readonly run: (scope: CaseScope) => Promise<void>;
}
