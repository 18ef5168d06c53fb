import type { ComponentType } from 'react';
import { Navigate, type RouteObject } from 'react-router';
import { PageFault } from './shell/page-fault.js';
import { Shell } from './shell/shell.js';
import { NotFound } from './shell/not-found.js';
import { PageLoading } from './components/states.js';

/** UID of the dashboard that the console begins with. */
export const HOME_DASHBOARD = 'fieldstream-fleet';

// A page is loaded when it is first shown. Its module exports `Component`.
const page = (lazy: () => Promise<{ Component: ComponentType }>) => ({
  lazy,
  HydrateFallback: PageLoading,
  ErrorBoundary: PageFault,
});

/** Addresses of dashboards are those of Grafana (`/d/<uid>`), so that links in dashboards lead somewhere in both. */
export const routes: RouteObject[] = [
  {
    Component: Shell,
    HydrateFallback: PageLoading,
    ErrorBoundary: PageFault,
    children: [
      { index: true, element: <Navigate to={`/d/${HOME_DASHBOARD}`} replace /> },
      { path: 'dashboards', ...page(() => import('./pages/dashboards/dashboards-page.js')) },
      { path: 'd/:uid/:slug?', ...page(() => import('./pages/dashboards/dashboard-page.js')) },
      { path: 'devices', ...page(() => import('./pages/devices/devices-page.js')) },
      { path: 'devices/:id', ...page(() => import('./pages/devices/device-page.js')) },
      {
        path: 'alerts',
        ...page(() => import('./pages/alerts/alerts-layout.js')),
        children: [
          { index: true, ...page(() => import('./pages/alerts/open-alerts-page.js')) },
          { path: 'history', ...page(() => import('./pages/alerts/alert-history-page.js')) },
          { path: 'rules', ...page(() => import('./pages/alerts/rules-page.js')) },
          { path: 'rules/new', ...page(() => import('./pages/alerts/rule-page.js')) },
          { path: 'rules/:id', ...page(() => import('./pages/alerts/rule-page.js')) },
          { path: 'channels', ...page(() => import('./pages/alerts/channels-page.js')) },
          { path: 'channels/new', ...page(() => import('./pages/alerts/channel-page.js')) },
          { path: 'channels/:id', ...page(() => import('./pages/alerts/channel-page.js')) },
          { path: ':id', ...page(() => import('./pages/alerts/alert-page.js')) },
        ],
      },
      { path: 'pipeline', ...page(() => import('./pages/pipeline/pipeline-page.js')) },
      { path: 'pipeline/dead-letters', ...page(() => import('./pages/pipeline/dead-letters-page.js')) },
      { path: '*', Component: NotFound },
    ],
  },
];
