import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

const require = createRequire(import.meta.url);
const URL_PREFIX = 'public/build/img/icons';
/** Where icons come from, the first that has one. Grafana's package carries two thirds of those that its components know. */
const FOLDERS = [
  join(import.meta.dirname, '..', 'icons'),
  join(dirname(require.resolve('@grafana/ui/package.json')), 'dist', 'public', 'img', 'icons'),
];

/**
 * What Grafana's components expect of a Grafana server: their icons under its paths. Its fonts are not in the package, so
 * its `@font-face` rules are taken out; `shell/fonts.ts` brings the same typefaces.
 */
export function grafanaAssets(): Plugin {
  return {
    name: 'grafana-assets',
    enforce: 'pre',
    load(id) {
      if (!id.endsWith('@grafana/ui/dist/esm/themes/GlobalStyles/fonts.mjs')) return undefined;
      return 'export const getFontStyles = () => [];';
    },
    async generateBundle() {
      const seen = new Set<string>();
      for (const folder of FOLDERS) {
        for (const file of await readdir(folder, { recursive: true })) {
          if (!file.endsWith('.svg') || seen.has(file)) continue;
          seen.add(file);
          this.emitFile({
            type: 'asset',
            fileName: `${URL_PREFIX}/${file}`,
            source: await readFile(join(folder, file)),
          });
        }
      }
    },
    configureServer(server) {
      server.middlewares.use(`/${URL_PREFIX}`, (request, response, next) => {
        const path = new URL(request.url ?? '/', 'http://localhost').pathname;
        const file = FOLDERS.map((folder) => join(folder, path)).find((candidate) => existsSync(candidate));
        if (file === undefined) return next();
        response.setHeader('content-type', 'image/svg+xml');
        void readFile(file).then((content) => response.end(content), next);
      });
    },
  };
}
