import { api, dataOf, type Schema } from '../client/api.js';

/** A dashboard in the list. */
export type DashboardSummary = Schema<'DashboardSummary'>;
/** All of them, and the files that are none, with why. */
export type DashboardList = Schema<'DashboardList'>;
/** One with its JSON. */
export type DashboardFile = Schema<'Dashboard'>;

/** @throws ApiError */
export function listDashboards(): Promise<DashboardList> {
  return dataOf(api.GET('/api/dashboards'));
}

/** @throws ApiError */
export function readDashboardFile(uid: string): Promise<DashboardFile> {
  return dataOf(api.GET('/api/dashboards/{uid}', { params: { path: { uid } } }));
}
