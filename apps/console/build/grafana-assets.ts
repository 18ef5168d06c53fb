import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

const require = createRequire(import.meta.url);
const ICONS = join(dirname(require.resolve('@grafana/ui/package.json')), 'dist', 'public', 'img', 'icons');
const URL_PREFIX = 'public/build/img/icons';

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
      for (const file of await readdir(ICONS, { recursive: true })) {
        if (!file.endsWith('.svg')) continue;
        const source = await readFile(join(ICONS, file));
        this.emitFile({ type: 'asset', fileName: `${URL_PREFIX}/${file}`, source });
      }
    },
    configureServer(server) {
      server.middlewares.use(`/${URL_PREFIX}`, (request, response) => {
        response.setHeader('content-type', 'image/svg+xml');
        createReadStream(join(ICONS, new URL(request.url ?? '/', 'http://localhost').pathname))
          .on('error', () => response.writeHead(404).end())
          .pipe(response);
      });
    },
  };
}
