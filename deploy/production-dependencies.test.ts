import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..');
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};

/** Every package that a program loads when it runs, with the file that asks for it; types do not count. */
function packagesOf(entry: string): Map<string, string> {
  const packages = new Map<string, string>();
  const seen = new Set<string>();
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const name of importsOf(readFileSync(file, 'utf8'))) {
      const library = /^@fieldstream\/(\w+)$/.exec(name)?.[1];
      if (library) open.push(join(root, 'libs', library, 'src', 'index.ts'));
      else if (name.startsWith('.')) open.push(join(dirname(file), name.replace(/\.js$/, '.ts')));
      else if (!name.startsWith('node:') && !builtinModules.includes(name)) {
        packages.set(/^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name, relative(root, file));
      }
    }
  }
  return packages;
}

function importsOf(text: string): string[] {
  const names: string[] = [];
  const statements =
    /^(?:import|export)\s+(type\s+)?(?:([^'";]*?)\s+from\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm;
  for (const [, type, clause, fixed, dynamic] of text.matchAll(statements)) {
    const onlyTypes = clause !== undefined && /^\{(\s*type\s[^,}]+,?)+\s*\}$/.test(clause.trim());
    const name = fixed ?? dynamic;
    if (!type && !onlyTypes && name !== undefined) names.push(name);
  }
  return names;
}

test.each(['bridge', 'aggregator', 'alerter', 'api', 'standalone'])(
  'apps/%s needs no package that the image does not have',
  (app) => {
    const entry = join(root, 'apps', app, 'src', 'main.ts');
    expect(existsSync(entry)).toBe(true);
    const packages = [...packagesOf(entry)];
    expect(packages.length).toBeGreaterThan(2);
    expect(packages.filter(([name]) => !(name in dependencies))).toEqual([]);
  },
);
