import { Controller, Get, Inject, Param } from '@nestjs/common';
import type { z } from 'zod';
import { Documented } from '../http/documented.js';
import { Problem } from '../http/problem.js';
import { DashboardFiles } from './dashboard-files.js';
import { DashboardAnswer, DashboardList, DashboardPath } from './dashboard-schemas.js';

/** The dashboards that the console draws. */
@Controller('api/dashboards')
export class DashboardsController {
  constructor(@Inject(DashboardFiles) private readonly files: DashboardFiles) {}

  @Get()
  @Documented({
    tag: 'Dashboards',
    summary: 'List the dashboards',
    description:
      'Those that come with the program, and those of the folder DASHBOARDS_PATH, as they are at the moment.',
    response: DashboardList,
  })
  async list(): Promise<z.input<typeof DashboardList>> {
    const { dashboards, faults } = await this.files.current();
    const items = [...dashboards.values()].map(({ uid, title, description, tags, panels, origin }) => ({
      uid,
      title,
      description,
      tags: [...tags],
      panels,
      origin,
    }));
    return { items: items.toSorted((a, b) => a.title.localeCompare(b.title, 'en')), faults: [...faults] };
  }

  @Get(':uid')
  @Documented({
    tag: 'Dashboards',
    summary: 'Read a dashboard',
    params: DashboardPath,
    response: DashboardAnswer,
    problems: ['not-found'],
  })
  async read(@Param('uid') uid: string): Promise<z.input<typeof DashboardAnswer>> {
    const found = (await this.files.current()).dashboards.get(uid);
    if (found === undefined) throw new Problem('not-found', `There is no dashboard with the uid "${uid}".`);
    return { uid, origin: found.origin, dashboard: { ...found.json } };
  }
}
