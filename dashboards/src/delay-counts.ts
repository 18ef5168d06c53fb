import { RANGE } from './time-range.js';

/** The bound of a histogram's bucket, in words. */
function boundInWords(column: string): string {
  return `CASE WHEN ${column} = 'Infinity' THEN 'more'
            WHEN abs(${column}) >= 3600000 THEN ${column} / 3600000 || ' h'
            WHEN abs(${column}) >= 60000 THEN ${column} / 60000 || ' min'
            WHEN abs(${column}) >= 1000 THEN ${column} / 1000 || ' s'
            ELSE ${column} || ' ms' END`;
}

/** Query for the counts of a histogram of delays over the time range, in a column of this name beside the bounds in words. */
export function delayCounts(kind: 'latency' | 'delay', column: string): string {
  return `SELECT ${boundInWords('up_to_ms')} AS "Up to", sum(count)::double precision AS "${column}"
FROM dashboard.delay_histogram('${kind}', ${RANGE}, $__interval_ms)
GROUP BY up_to_ms
ORDER BY up_to_ms`;
}
