// Grafana puts what is typed into a variable's list here. Depending on its version, before anything is typed it puts `%`,
// or leaves the name itself standing: both must find everything.
const SEARCH = `'%' || replace('$__searchFilter', '$' || '__searchFilter', '') || '%'`;

/** SQL condition: one of the columns holds what is typed into a variable's list. */
export function searched(...columns: readonly string[]): string {
  return columns.map((column) => `${column} ILIKE ${SEARCH}`).join(' OR ');
}

/**
 * Query of a variable that lists devices: the first 1,000 that match what is typed.
 * @param condition SQL over the columns of `dashboard.device`, which narrows the list.
 */
export function deviceList(condition?: string): string {
  return `
SELECT device_id AS __value,
       CASE WHEN name = device_id THEN name ELSE name || ' (' || device_id || ')' END AS __text
FROM dashboard.device
WHERE ${condition === undefined ? searched('name', 'device_id') : `(${searched('name', 'device_id')}) AND ${condition}`}
ORDER BY 2
LIMIT 1000`.trim();
}
