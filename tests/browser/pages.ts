import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { build } from 'vite';
import type { TestContext } from 'vitest';
import { requiredProgram } from '../requirements.ts';

/** How a page is looked at. */
export interface View {
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
}

/** Opens pages in Chromium, one at a time, and keeps what they complain of: errors, messages, requests. */
export class PageOpener {
  readonly #folder = mkdtempSync(join(tmpdir(), 'weir-page-'));
  #browser: Browser | undefined;
  #page: Page | undefined;
  #complaints: string[] = [];

  /** Shows a page from a file; ends the test by a missing requirement when there is no Chromium. */
  async open(ctx: TestContext, html: string, view: View = {}): Promise<Page> {
    const { scheme = 'light', width = 1280 } = view;
    this.#browser ??= await chromium.launch({
      executablePath: process.env['WEIR_CHROMIUM'] ?? requiredProgram(ctx, 'chromium'),
      args: ['--no-sandbox', '--headless', '--disable-gpu', '--disable-background-networking'],
    });
    const file = join(this.#folder, 'page.html');
    writeFileSync(file, html);
    const url = pathToFileURL(file).href;
    const viewport = { width, height: 900 };
    const page = await this.#browser.newPage({ viewport, colorScheme: scheme, reducedMotion: 'reduce' });
    page.on('console', (message) => this.#complaints.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => this.#complaints.push(`error: ${error.message}`));
    page.on('request', (request) => {
      const asked = request.url();
      if (asked !== url && !/^(data|blob):/.test(asked)) this.#complaints.push(`request: ${asked}`);
    });
    this.#page = page;
    await page.goto(url);
    return page;
  }

  /** Closes the page and hands over what it complained of. */
  async close(): Promise<string[]> {
    await this.#page?.close();
    this.#page = undefined;
    const found = this.#complaints;
    this.#complaints = [];
    return found;
  }

  async end(): Promise<void> {
    await this.#browser?.close();
    rmSync(this.#folder, { recursive: true });
  }
}

/** The report page as the build makes it, without writing it: the one in use stays as it is. */
export async function buildReportPage(): Promise<string> {
  const root = join(import.meta.dirname, '..', '..');
  // Vite decides by this variable which build of a package it takes; tests run with another value.
  const kept = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    const configFile = join(root, 'vite.config.ts');
    const built = await build({ root, configFile, logLevel: 'warn', build: { write: false } });
    const outputs = [built].flat().flatMap((one) => ('output' in one ? one.output : []));
    const [file, ...others] = outputs;
    if (file?.type !== 'asset' || others.length > 0) {
      throw new Error(`expected one page, got ${outputs.map((output) => output.fileName).join(', ')}`);
    }
    return String(file.source);
  } finally {
    if (kept === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = kept;
  }
}
