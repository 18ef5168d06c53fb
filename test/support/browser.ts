import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

const require = createRequire(import.meta.url);
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];
/** How long anything on a page may take before a test gives up on it. */
const PATIENCE_MS = 20_000;

/** The browser of the machine: `CHROMIUM`, or where Linux distributions put it. Undefined where there is none. */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM'];
  return named ?? PLACES.find((place) => existsSync(place));
}

/** A rule of accessibility that a page breaks. */
export interface Violation {
  readonly rule: string;
  readonly impact: string;
  readonly help: string;
  readonly where: readonly string[];
}

/** A tab, and everything that it complained about. */
export interface Visit {
  readonly page: Page;
  /** Errors and warnings of the console, uncaught exceptions, and answers of 400 and more. */
  readonly complaints: readonly string[];
  /** What axe-core finds against WCAG 2.1 A and AA that is serious or critical. */
  violations(): Promise<Violation[]>;
  close(): Promise<void>;
}

export interface VisitOptions {
  readonly baseUrl: string;
  readonly theme?: 'dark' | 'light';
  readonly width?: number;
  readonly height?: number;
  /** Complaints that a test provokes. */
  readonly expected?: RegExp;
}

/** Headless Chromium, for all tests of a file. */
export class TestBrowser {
  private constructor(private readonly browser: Browser) {}

  static async launch(executablePath: string): Promise<TestBrowser> {
    const isRoot = process.getuid?.() === 0;
    const browser = await chromium.launch({ executablePath, args: isRoot ? ['--no-sandbox'] : [] });
    return new TestBrowser(browser);
  }

  async visit(options: VisitOptions): Promise<Visit> {
    const { baseUrl, theme = 'dark', width = 1400, height = 900, expected } = options;
    const context = await this.browser.newContext({
      baseURL: baseUrl,
      viewport: { width, height },
      colorScheme: theme,
      reducedMotion: 'reduce',
      timezoneId: 'UTC',
      locale: 'en-GB',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const complaints: string[] = [];
    const complain = (text: string): void => {
      if (expected?.test(text) !== true) complaints.push(`${new URL(page.url()).pathname}: ${text}`);
    };
    page.on('console', (message) => {
      // The browser's own line about an answer says less than the answer, which is told below.
      if (
        ['error', 'warning'].includes(message.type()) &&
        !message.text().startsWith('Failed to load resource')
      ) {
        complain(`${message.type()} ${message.text()}`);
      }
    });
    page.on('pageerror', (error) => complain(`exception ${error.stack ?? error.message}`));
    page.on('response', (response) => {
      if (response.status() >= 400)
        complain(`${response.status()} ${response.request().method()} ${response.url()}`);
    });
    return {
      page,
      complaints,
      violations: () => findViolations(page),
      close: () => closeContext(context, page),
    };
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}

async function findViolations(page: Page): Promise<Violation[]> {
  await transitionsEnded(page);
  await page.evaluate(await readFile(require.resolve('axe-core/axe.min.js'), 'utf8'));
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: AxeViolation[] }> };
    };
    return (await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })).violations;
  });
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, help, nodes }) => ({
      rule: id,
      impact,
      help,
      where: nodes.slice(0, 5).map(({ target, html }) => `${target.join(' ')}: ${html.slice(0, 200)}`),
    }));
}

/** A colour on its way to another is no colour to be judged. */
async function transitionsEnded(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { document } = globalThis as unknown as { document: { getAnimations(): Transition[] } };
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect.getTiming().iterations !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
}

interface Transition {
  readonly effect: { getTiming(): { readonly iterations: number } };
  readonly finished: Promise<unknown>;
}

interface AxeViolation {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly html: string }[];
}

let screenshots = 0;

/** With SCREENSHOTS set, what was seen last is left in that folder. */
async function closeContext(context: BrowserContext, page: Page): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder !== undefined && !page.isClosed()) {
    await mkdir(folder, { recursive: true });
    const name = new URL(page.url()).pathname.replaceAll(/[^a-z0-9]+/gi, '-');
    await page.screenshot({ path: join(folder, `${(screenshots += 1)}${name}.png`) });
  }
  await context.close();
}
