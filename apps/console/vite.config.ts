import { join } from 'node:path';
import { defineConfig } from 'vite';
import { compressed } from './build/compressed.js';
import { grafanaAssets } from './build/grafana-assets.js';

const root = join(import.meta.dirname, '..', '..');

export default defineConfig({
  root: import.meta.dirname,
  resolve: {
    alias: {
      '@fieldstream/domain': join(root, 'libs/domain/src/index.ts'),
      '@fieldstream/grafana': join(root, 'libs/grafana/src/index.ts'),
    },
  },
  plugins: [grafanaAssets(), compressed()],
  build: {
    outDir: join(root, 'dist', 'console'),
    emptyOutDir: true,
    target: 'es2023',
    sourcemap: false,
    // Grafana's components have large parts, which are loaded when they are first needed.
    chunkSizeWarningLimit: 4_000,
    reportCompressedSize: false,
    rolldownOptions: {
      onLog(level, log, report) {
        // "use client" in packages: means nothing where there is no server.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
  server: {
    proxy: Object.fromEntries(['/api', '/health', '/metrics'].map((path) => [path, 'http://127.0.0.1:3000'])),
  },
});
