import type { DashboardSummary } from '../../dashboard/dashboard-service.js';

/** Those that have all words somewhere in title, description or tags, and all tags; by title. */
export function matchingDashboards(
  dashboards: readonly DashboardSummary[],
  words: string,
  tags: readonly string[],
): DashboardSummary[] {
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return dashboards
    .filter((dashboard) => {
      const text = [dashboard.title, dashboard.description, ...dashboard.tags].join(' ').toLowerCase();
      return wanted.every((word) => text.includes(word)) && tags.every((tag) => dashboard.tags.includes(tag));
    })
    .toSorted((a, b) => a.title.localeCompare(b.title));
}

/** All tags, in order. */
export function tagsOf(dashboards: readonly DashboardSummary[]): string[] {
  return [...new Set(dashboards.flatMap(({ tags }) => tags))].toSorted((a, b) => a.localeCompare(b));
}
