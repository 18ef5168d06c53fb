import { compareArrayValues, compareDataFrameStructures, type DataFrame } from '@grafana/data';
import { useState } from 'react';

/** A number that grows when the fields or their configuration change, not when only values do: charts are then kept. */
export function useStructureRev(frames: DataFrame[] | undefined): number {
  const [seen, setSeen] = useState<{ readonly frames: DataFrame[]; readonly rev: number }>({
    frames: [],
    rev: 1,
  });
  if (frames === undefined || frames === seen.frames) return seen.rev;
  const isSame = compareArrayValues(seen.frames, frames, compareDataFrameStructures);
  const next = { frames, rev: isSame ? seen.rev : seen.rev + 1 };
  setSeen(next);
  return next.rev;
}
