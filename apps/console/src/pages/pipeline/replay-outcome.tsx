import { Alert } from '@grafana/ui';
import { formatCount } from './flow.js';
import type { ReplayOutcome } from './replay.js';

/** What came of replaying several dead letters, in words. */
export function ReplayOutcomeNotice(props: {
  readonly outcome: ReplayOutcome;
  readonly onClose: () => void;
}) {
  const { done, refused } = props.outcome;
  const left = [...refused.values()].reduce((sum, count) => sum + count, 0);
  const title = `${formatCount(done)} replayed${left === 0 ? '' : `, ${formatCount(left)} still cannot be decoded`}`;
  return (
    <Alert severity={left === 0 ? 'success' : 'warning'} title={title} onRemove={props.onClose}>
      {refused.size === 0 ? null : (
        <ul>
          {[...refused].map(([reason, count]) => (
            <li key={reason}>
              {reason} ({formatCount(count)})
            </li>
          ))}
        </ul>
      )}
    </Alert>
  );
}
