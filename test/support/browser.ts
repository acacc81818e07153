import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

/** Debian's package. */
const EXECUTABLE = '/usr/bin/chromium';

/** Why pages cannot be opened here; undefined: they can. */
export const NO_BROWSER = existsSync(EXECUTABLE)
  ? undefined
  : `skipped: ${EXECUTABLE} is not installed (apt-get install chromium), so no report is opened in a browser`;

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What a page did that a good page does not do. */
export interface Trouble {
  /** Messages on the console, errors of scripts, requests other than for the file itself. */
  readonly trouble: string[];
}

/** A real browser with a profile of its own, and a folder for pages. */
export class Browser {
  private readonly context: BrowserContext;
  private readonly folder: string;
  private files = 0;

  private constructor(context: BrowserContext, folder: string) {
    this.context = context;
    this.folder = folder;
  }

  static async launch(options: { readonly colorScheme?: 'dark' | 'light' } = {}): Promise<Browser> {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-browser-'));
    const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
      executablePath: EXECUTABLE,
      headless: true,
      args: FLAGS,
      viewport: { width: 1280, height: 900 },
      ...options,
    });
    return new Browser(context, folder);
  }

  /** Opens a document as a file, as somebody would who was sent it. */
  async open(html: string): Promise<Page & Trouble> {
    const path = join(this.folder, `page-${this.files++}.html`);
    writeFileSync(path, html);
    const url = pathToFileURL(path).href;
    const page = await this.context.newPage();
    const trouble: string[] = [];
    page.on('console', (message) => trouble.push(`console ${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => {
      trouble.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (request.url() !== url && request.url() !== 'data:,') trouble.push(`request: ${request.url()}`);
    });
    await page.goto(url);
    return Object.assign(page, { trouble });
  }

  async close(): Promise<void> {
    await this.context.close();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
