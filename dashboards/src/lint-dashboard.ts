import {
  queriesOf,
  variablesIn,
  type DashboardJson,
  type PanelJson,
  type VariableJson,
} from '@fieldstream/grafana';

/**
 * What a reader of the dashboard would miss, in the manner of Grafana's dashboard-linter; empty if all is well. What its
 * structure must be is in `DASHBOARD_SCHEMA`.
 * @param isUnit Whether Grafana has a unit of this ID.
 */
export function lintDashboard(dashboard: DashboardJson, isUnit: (id: string) => boolean): string[] {
  return [
    ...unitFaults(dashboard, isUnit),
    ...panelFaults(dashboard),
    ...layoutFaults(dashboard),
    ...variableFaults(dashboard),
    ...queryFaults(dashboard),
  ];
}

function panelFaults({ panels }: DashboardJson): string[] {
  const faults: string[] = [];
  const seen = new Set<number>();
  for (const panel of panels) {
    const name = `panel ${panel.id} ${panel.title}`;
    if (seen.has(panel.id)) faults.push(`${name}: another panel has this ID`);
    seen.add(panel.id);
    if (panel.type === 'row') continue;
    const { defaults } = panel.fieldConfig ?? { defaults: {} };
    if (!panel.description) faults.push(`${name}: no description`);
    else if (!panel.description.endsWith('.')) faults.push(`${name}: its description is no sentence`);
    if (!defaults.unit) faults.push(`${name}: no unit`);
    if (!defaults.noValue) faults.push(`${name}: nothing is said where there is no data`);
    if (!defaults.color) faults.push(`${name}: no colour scheme`);
    if (panel.type === 'stat' && !defaults.thresholds?.steps?.length) faults.push(`${name}: no thresholds`);
    if (isLong(panel)) faults.push(`${name}: the title does not fit into ${panel.gridPos.w} columns`);
    const refIds = (panel.targets ?? []).map((target) => target.refId);
    if (new Set(refIds).size < refIds.length) faults.push(`${name}: two queries have one refId`);
  }
  return faults;
}

// At 1,400 pixels a column is 57 wide; beside the title are its icon and the menu, and a letter takes 8.
function isLong({ title, gridPos }: PanelJson): boolean {
  return title.length * 8 + 100 > gridPos.w * 57;
}

function unitFaults({ panels }: DashboardJson, isUnit: (id: string) => boolean): string[] {
  return panels.flatMap(({ id, title, fieldConfig }) =>
    [
      fieldConfig?.defaults.unit,
      ...(fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
        properties.filter((property) => property.id === 'unit').map(({ value }) => value),
      ),
    ]
      .filter((unit) => typeof unit === 'string' && !isUnit(unit))
      .map((unit) => `panel ${id} ${title}: Grafana has no unit ${String(unit)}`),
  );
}

function layoutFaults({ panels }: DashboardJson): string[] {
  const faults: string[] = [];
  for (const [index, panel] of panels.entries()) {
    if (panel.gridPos.x + panel.gridPos.w > 24) faults.push(`panel ${panel.id}: wider than the grid`);
    const other = panels.slice(0, index).find((one) => overlap(one, panel));
    if (other) faults.push(`panel ${panel.id} lies on panel ${other.id}`);
  }
  return faults;
}

function overlap({ gridPos: a }: PanelJson, { gridPos: b }: PanelJson): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

function variableFaults(dashboard: DashboardJson): string[] {
  const known = new Set(dashboard.templating.list.map((variable) => variable.name));
  const texts = queriesOf(dashboard).map(({ where, sql }) => ({ where, text: sql }));
  for (const { id, title, repeat } of dashboard.panels) {
    texts.push({ where: `panel ${id}`, text: repeat === undefined ? title : `${title} $${repeat}` });
  }
  const faults: string[] = [];
  const used = new Set<string>();
  for (const { where, text } of texts) {
    for (const name of variablesIn(text)) {
      used.add(name);
      if (!known.has(name) && !name.startsWith('__')) faults.push(`${where}: there is no variable ${name}`);
    }
  }
  for (const variable of dashboard.templating.list) {
    if (!used.has(variable.name)) faults.push(`variable ${variable.name}: nothing uses it`);
    if (!variable.description) faults.push(`variable ${variable.name}: no description`);
    faults.push(...listFaults(variable).map((fault) => `variable ${variable.name}: ${fault}`));
  }
  return faults;
}

function listFaults({ type, query, definition, multi, allValue, current, options }: VariableJson): string[] {
  if (type === 'query') {
    return [
      ...(definition === query ? [] : ['shown is another query']),
      // Otherwise `All` would be the listed values, and the list ends somewhere.
      ...(multi && /\bLIMIT\b/.test(query) && !allValue
        ? ['its list is bounded, and nothing stands for All']
        : []),
    ];
  }
  const isOption = (options ?? []).some(({ value }) => value === current?.value);
  return isOption ? [] : ['its value is none of its options'];
}

function queryFaults(dashboard: DashboardJson): string[] {
  return queriesOf(dashboard).flatMap(({ where, sql }) => {
    const faults: string[] = [];
    const named = new Set(Array.from(sql.matchAll(/\b(\w+) AS \(\s*SELECT\b/gi), ([, name]) => name));
    for (const [, relation = '', call] of sql.matchAll(/\b(?:FROM|JOIN)\s+([\w.]+)(\()?/gi)) {
      if (relation.startsWith('dashboard.') || named.has(relation)) continue;
      // `extract(epoch FROM x)` names a column, not a relation; these functions read none.
      if (new RegExp(`epoch FROM ${relation}`, 'i').test(sql)) continue;
      if (call && ['unnest', 'generate_series'].includes(relation)) continue;
      faults.push(`${where}: reads ${relation}, which is outside the schema dashboard`);
    }
    if (/\bSELECT\s+\*/i.test(sql)) faults.push(`${where}: SELECT * changes with the view`);
    return faults;
  });
}
