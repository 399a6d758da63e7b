import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { arch, platform } from 'node:process';
import { RUN_DOCUMENT_SCHEMA, type RunDocument, type RunRecord } from '../models/core/run-record.ts';
import { renderHtml } from '../reports/html.ts';
import { placesParquet, seriesParquet, sessionsParquet } from '../reports/parquet.ts';
import { scrapesParquet } from '../reports/scrapes-parquet.ts';
import { MissingError, UsageError } from './exit.ts';
import { HOME } from './files.ts';

/** What the monitoring of the first replication scraped, in a run's folder. */
export const SCRAPES = 'scrapes.parquet';

/** Version of manifest.json. */
const MANIFEST_SCHEMA = 'weir.manifest/1';

/** Makes the folder a run is to be written to, before the run is made: nothing is simulated in vain. */
export function prepareOutput(folder: string): void {
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw new UsageError(`--out: expected a folder, but ${folder} is a file`);
  }
  reportTemplate();
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--out: ${folder} cannot be written to: ${reason}`);
  }
}

/** Writes a run to a prepared folder: manifest, document, series, sessions, page. */
export function writeRun(folder: string, record: RunRecord, startedAt: Date): void {
  const { document } = record;
  prepareOutput(folder);
  const { parameters: _listed, ...provenance } = document.provenance;
  const manifest = {
    schema: MANIFEST_SCHEMA,
    scenario: document.scenario,
    world: document.world,
    seed: document.seed,
    replications: document.replications,
    fidelity: document.fidelity,
    scale: document.scale,
    complete: document.complete,
    fingerprint: document.fingerprint,
    ...provenance,
    platform: `${platform}-${arch}`,
    v8: process.versions.v8,
    arguments: process.argv.slice(2),
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
  };
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  writeFileSync(join(folder, 'manifest.json'), json(manifest));
  writeFileSync(join(folder, 'summary.json'), json(document));
  writeFileSync(join(folder, 'series.parquet'), new Uint8Array(seriesParquet(record.series)));
  writeFileSync(join(folder, 'sessions.parquet'), new Uint8Array(sessionsParquet(record.sessions)));
  if (record.places !== undefined) {
    writeFileSync(join(folder, 'places.parquet'), new Uint8Array(placesParquet(record.places)));
  }
  if (record.scrapes !== undefined) {
    writeFileSync(join(folder, SCRAPES), new Uint8Array(scrapesParquet(record.scrapes)));
  }
  writeFileSync(join(folder, 'report.html'), renderHtml(reportTemplate(), record));
}

/** Reads the run document of a folder written with --out, or of a file that holds one. */
export function readRun(path: string): RunDocument {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) {
    throw new UsageError(`expected a folder written with --out or its summary.json, but there is no ${path}`);
  }
  const file = stat.isDirectory() ? join(path, 'summary.json') : path;
  if (!existsSync(file)) throw new UsageError(`expected a run in ${path}: it holds no summary.json`);
  let document: Partial<RunDocument>;
  try {
    document = JSON.parse(readFileSync(file, 'utf8')) as Partial<RunDocument>;
  } catch (error) {
    throw new UsageError(`${file}: expected JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (document?.schema !== RUN_DOCUMENT_SCHEMA) {
    const got = JSON.stringify(document?.schema ?? null);
    throw new UsageError(`${file}: expected a run document with schema "${RUN_DOCUMENT_SCHEMA}", got ${got}`);
  }
  return document as RunDocument;
}

/** The built page that reports are put into; throws MissingError when it was not built. */
export function reportTemplate(): string {
  const file = join(HOME, 'ui', 'dist', 'report.html');
  if (!existsSync(file)) throw new MissingError('the report page is not built; build it with: npm run build');
  return readFileSync(file, 'utf8');
}
