import { z } from 'zod';
import { component } from '../http/components.js';

const origin = z
  .enum(['built-in', 'file'])
  .describe('`built-in`: it comes with the program. `file`: it lies in the folder DASHBOARDS_PATH.');

const DashboardSummary = component(
  'DashboardSummary',
  z.object({
    uid: z.string(),
    title: z.string(),
    description: z.string(),
    tags: z.array(z.string()),
    panels: z.int().describe('How many, rows left out.'),
    origin,
  }),
);

export const DashboardList = component(
  'DashboardList',
  z.object({
    items: z.array(DashboardSummary).describe('By title.'),
    faults: z
      .array(
        z.object({
          file: z.string(),
          fault: z.string().describe('The end of a sentence that `file` begins.'),
        }),
      )
      .describe('Files that give no dashboard.'),
  }),
);

export const DashboardAnswer = component(
  'Dashboard',
  z.object({
    uid: z.string(),
    origin,
    dashboard: z.record(z.string(), z.unknown()).describe("Grafana's JSON model of the dashboard."),
  }),
);

export const DashboardPath = z.object({ uid: z.string().describe('UID of a dashboard.') });
