import { describe, test } from '@jest/globals';
import { findChromium } from './browser.js';

/**
 * `describe` for what needs a browser. Where the machine has none, the tests are a skip that Jest counts and whose reason is
 * printed; with `CI` set they fail, because there a browser is installed.
 */
export function describeInBrowser(name: string, tests: (executablePath: string) => void): void {
  const chromium = findChromium();
  if (chromium !== undefined) {
    describe(name, () => tests(chromium));
    return;
  }
  const reason =
    'no Chromium was found: install one (Debian: apt-get install chromium), or name it in CHROMIUM';
  if (process.env['CI']) {
    test(name, () => {
      throw new Error(reason);
    });
    return;
  }
  process.stderr.write(`skipped: ${name}: ${reason}\n`);
  test.skip(name, () => {});
}
