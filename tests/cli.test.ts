import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunDocument } from '../models/core/run-record.ts';
import { LAUNCHER, MAIN, startWeir } from './fixtures/weir-process.ts';

const ROOT = join(import.meta.dirname, '..');
const SHORT = ['evening-peak', '--set', 'run.duration=4min', '--set', 'run.warmup=1min', '--replications',
  '2'];

const work = mkdtempSync(join(tmpdir(), 'weir-cli-'));
// The launcher builds the report page when it is not there or older than its sources.
beforeAll(async () => {
  expect((await start(['--version'], {}, LAUNCHER).ended).status).toBe(0);
});
afterAll(() => rmSync(work, { recursive: true }));

describe.concurrent('help', () => {
  test.each([
    ['', /Start with: {2}weir run evening-peak/],
    ['run', /Shipped scenarios: .*evening-peak.*household/],
    ['validate', /exit status is then 2/],
    ['schema', /yaml-language-server/],
    ['compare', /runs\/base/],
    ['serve', /127\.0\.0\.1/],
    ['real', /MinIO/],
    ['export', /openslo/],
    ['rules', /test/],
    ['check', /GITHUB_STEP_SUMMARY/],
  ])('weir %s --help', async (verb, expected) => {
    const { status, out, err } = await weir(...(verb === '' ? [] : [verb]), '--help');
    expect(out).toMatch(expected);
    expect([status, err]).toEqual([0, '']);
  });

  test('weir alone prints it too, and --version the version', async () => {
    const alone = await weir();
    expect([alone.status, alone.err]).toEqual([0, '']);
    expect(alone.out).toContain('Usage: weir');
    expect((await weir('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe.concurrent('a command line that is wrong ends with 2 and says how to do better:', () => {
  test.each([
    [['rnu'], /unknown command 'rnu'\n\(Did you mean run\?\)/],
    [['run'], /missing required argument 'scenario'/],
    [['run', 'evening-peak', '--jsn'], /unknown option '--jsn'\n\(Did you mean --json\?\)/],
    [['run', 'evening-paek'], /got "evening-paek": did you mean "evening-peak"\?/],
    [['run', 'x.yaml'], /expected a scenario file or the name of a shipped scenario, got "x.yaml"/],
    [['run', 'evening-peak', '--seed', 'x', '--replications', '0'],
      /--set run.seed=x: .*\n--set run.replications=0: .*\n.*2 problems/],
    [['run', 'evening-peak', '--out', MAIN], /--out: expected a folder, but .*main.ts is a file/],
    [['run', 'evening-peak', '--out', join(MAIN, 'x')], /--out: .* cannot be written to/],
    [['run', 'evening-peak', '--workers', 'many'], /--workers: expected a number from 1 to 999, got "many"/],
    [['run', 'evening-peak', '--variant', 'x'], /--variant: the scenario has no variants/],
    [['run', 'cache-size-study', '--variant', 'duble'], /unknown variant "duble": did you mean "double"\?/],
    [['run', 'cache-size-study', '--variant', 'double', '--set', 'cdn.edge.capacity=1GB'],
      /--set: variant "double" sets cdn.edge.capacity itself; leave out one of the two/],
    [['run', 'cache-size-study', '--trace', 'x.json'], /--trace: name one design with --variant/],
    [['compare', 'a', 'b'], /there is no a/],
    [['compare', ROOT, 'b'], /it holds no summary.json/],
    [['compare', join(ROOT, 'package.json'), 'b'],
      /expected a run document with schema "weir.run\/1", got null/],
    [['compare', MAIN, 'b'], /main.ts: expected JSON/],
    [['serve', 'nowhere'], /there is no folder nowhere/],
    [['serve', '.', '--port', '70000'], /--port: expected a number from 0 to 65535, got "70000"/],
    [['validate'], /missing required argument 'files'/],
  ])('%j', async (words, expected) => {
    const { status, out, err } = await weir(...words);
    expect(err).toMatch(expected);
    expect([status, out]).toEqual([2, '']);
  });
});

describe('run', () => {
  let first: RunDocument;
  let folder: string;
  let table = '';
  beforeAll(async () => {
    folder = join(work, 'runs', 'base');
    const { status, out, err } = await weir('run', ...SHORT, '--json', '--out', folder);
    expect([status, err]).toEqual([0, expect.stringMatching(/^Wrote .*report.html\n$/)]);
    first = JSON.parse(out) as RunDocument;
  });

  test('--json prints the document with everything in it', () => {
    expect(first).toMatchObject({
      schema: 'weir.run/1', scenario: 'evening-peak', world: 'sim', seed: 42, replications: 2,
        fidelity: 'segment', scale: 1,
      complete: true, simulatedSeconds: 240, warmupSeconds: 60, costs: [],
    });
    expect(first.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(first.wallSeconds).toBeGreaterThan(0);
    expect(first.events).toBeGreaterThan(1000);
    const figure = expect.arrayContaining(['value', 'low', 'high', 'unit', 'n']) as unknown;
    for (const sli of Object.values(first.slis)) expect(Object.keys(sli)).toEqual(figure);
    expect(first.slos).toHaveLength(8);
    for (const slo of first.slos) {
      expect(Object.keys(slo)).toEqual(expect.arrayContaining(['name', 'target', 'value', 'low', 'high',
        'verdict']));
      expect(['met', 'missed', 'inconclusive', 'no-data']).toContain(slo.verdict);
    }
    expect(first.alerts.map(({ name }) => name)).toContain('RebufferRateHigh');
    expect(first.metrics.map((metric) => metric.name)).toContain('cache_requests_total');
    expect(Array.isArray(first.warnings)).toBe(true);
    const { provenance } = first;
    expect(provenance.scenarioDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(provenance.node).toBe(process.versions.node);
    expect(provenance.inputs.length).toBeGreaterThan(100);
    expect(provenance.parameters.find(({ path }) => path === 'run.duration'))
      .toMatchObject({ value: '4min', origin: 'set' });
  });

  test('again prints the same document, wall time apart, on any number of threads', async () => {
    const again = JSON.parse((await weir('run', ...SHORT, '--json', '--workers', '1')).out) as RunDocument;
    expect({ ...again, wallSeconds: 0 }).toEqual({ ...first, wallSeconds: 0 });
  });

  test('--out writes what it says: manifest, document, page and readable Parquet', async () => {
    const json = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string,
      unknown>;
    expect(json('summary.json')).toEqual(first);
    expect(json('manifest.json')).toMatchObject({
      schema: 'weir.manifest/1', seed: 42, fingerprint: first.fingerprint, version: first.provenance.version,
      scenarioDigest: first.provenance.scenarioDigest, gitRevision: first.provenance.gitRevision,
      node: process.versions.node,
    });
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain(first.fingerprint);
    const rows = async (name: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
      return parquetReadObjects({ file: await asyncBufferFromFile(join(folder, name)) });
    };
    const sessions = await rows('sessions.parquet');
    expect(new Set(sessions.map((row) => row['replication']))).toEqual(new Set([0, 1]));
    expect(Object.keys(sessions[0]!)).toEqual(expect.arrayContaining(['startSeconds', 'network',
      'startupSeconds', 'stallCount']));
    const series = await rows('series.parquet');
    expect(series.filter((row) => row['metric'] === 'sessions_active' && row['replication'] === 1)
      .map((row) => row['seconds'])).toEqual([0, 120, 240]);
  });

  test('prints tables without colour or progress off a terminal, with colour when it is forced', async () => {
    const [plain, forced, refused] = await Promise.all([
      weir('run', ...SHORT), start(['run', ...SHORT], { FORCE_COLOR: '1' }).ended,
      start(['run', ...SHORT], { FORCE_COLOR: '1', NO_COLOR: '1' }).ended,
    ]);
    table = plain.out;
    expect(plain.status).toBe(0);
    expect(plain.err).toBe('');
    expect(plain.out)
      .toMatch(/Objectives[\s\S]*Indicators[\s\S]*Cache tiers[\s\S]*again: weir run evening-peak/);
    expect(plain.out).not.toContain('\u001b');
    expect(forced.out).toContain('\u001b[');
    expect(refused.out).not.toContain('\u001b');
  });

  test('the command it prints makes the same run again', async () => {
    const again = /again: weir (.*)/.exec(table)![1]!.split(' ');
    const document = JSON.parse((await weir(...again, '--json')).out) as RunDocument;
    expect(document.fingerprint).toBe(first.fingerprint);
  });

  test('compare prints two runs side by side, as a table and as JSON', async () => {
    const other = join(work, 'runs', 'small edge');
    await weir('run', ...SHORT, '--set', 'cdn.edge.capacity=200MB', '--out', other);
    const compared = await weir('compare', folder, join(other, 'summary.json'));
    expect([compared.status, compared.err]).toEqual([0, '']);
    for (const name of Object.keys(first.slis)) expect(compared.out).toContain(name);
    const json = JSON.parse((await weir('compare', folder, other, '--json')).out) as { rows: unknown[] };
    expect(json.rows.length).toBeGreaterThanOrEqual(Object.keys(first.slis).length);
  });

  test('--strict ends with 3 when an objective is missed, 4 when one is not decided, else 0', async () => {
    const strict = (slo: string) => weir('run', ...SHORT, '--strict', '--set', `slos=[${slo}]`);
    const edge = first.slis['edge_hit_rate']!;
    expect(edge.low).toBeLessThan(edge.high!);
    const above = (name: string, bound: number) => `{name: ${name}, sli: edge_hit_rate, above: ${bound}}`;
    const runs = await Promise.all([
      strict(above('a', -1)), strict(above('a', 2)), strict(above('a', edge.value!)),
      strict(`${above('a', edge.value!)}, ${above('b', 2)}`),
      weir('run', ...SHORT, '--set', `slos=[${above('a', 2)}]`),
    ]);
    expect(runs.map(({ status }) => status)).toEqual([0, 3, 4, 3, 0]);
  });

  test('a reader that has seen enough is no error', async () => {
    const run = start(['run', ...SHORT, '--json']);
    run.child.stdout.once('data', () => run.child.stdout.destroy());
    const { status, err } = await run.ended;
    expect([status, err]).toEqual([0, '']);
  });

  test('Ctrl-C reports what there is, says that it is partial, and ends with 130', async () => {
    const checkpoint = join(work, 'checkpoint');
    const long = ['run', 'household', '--replications', '10000', '--set', 'run.sampleEvery=10min', '--json'];
    const run = start([...long, '--checkpoint', checkpoint, '--out', join(work, 'interrupted')]);
    // Once the file is there, the run is under way.
    while (!existsSync(checkpoint)) await new Promise((done) => setTimeout(done, 50));
    run.child.kill('SIGINT');
    const { status, out, err } = await run.ended;
    expect(status).toBe(130);
    expect(err).toMatch(/Stopping: what was simulated so far is reported \(again to stop at once\)/);
    const document = JSON.parse(out) as RunDocument;
    expect(document.complete).toBe(false);
    expect(document.warnings[0]).toMatch(/^Stopped early: /);
    expect(existsSync(join(work, 'interrupted', 'report.html'))).toBe(true);
  });
});

describe('validate', () => {
  test('says of good files that they are', async () => {
    const { status, out, err } = await weir('validate', 'evening-peak', 'household', 'equal-tiers',
      'first-light');
    expect([status, err]).toEqual([0, '']);
    expect(out.match(/: valid$/gm)).toHaveLength(4);
  });

  test('lists every problem of every file and goes on after a missing one', async () => {
    const bad = join(work, 'bad.yaml');
    writeFileSync(bad, 'weir: 1\nname: bad\ntitle: Bad\nrun: { duration: 5 }\naudience:\n  networks: [{ '
      + 'name: a, traces: no.csv }]\n'
      + '  arrivals: { law: poisson, peek: 1/s }\n');
    const { status, out, err } = await weir('validate', 'hosehold', bad, 'household');
    expect(status).toBe(2);
    expect(out).toMatch(/household.yaml: valid/);
    expect(err.split('\n').map((line) => line.replace(bad, 'bad.yaml').split(': ').slice(0, 2).join(' ')))
      .toEqual([
      'hosehold expected a scenario file or the name of a shipped one',
      'bad.yaml:4:8 run.duration', 'bad.yaml:6:25 audience.networks[0].traces',
        'bad.yaml:7:3 audience.arrivals.peak',
      'bad.yaml:7:29 audience.arrivals.peek', 'weir 5 problems', '',
    ]);
    const json = await weir('validate', bad, '--json');
    expect(json.status).toBe(2);
    expect(JSON.parse(json.out)).toEqual([{ file: bad, valid: false, issues: expect.any(Array) as unknown }]);
  });

  test('a huge file, a device and a folder', async () => {
    const huge = join(work, 'huge.yaml');
    writeFileSync(huge, `# ${'x'.repeat(50_000_000)}\n`);
    const { status, err } = await weir('validate', huge, '/dev/zero', work);
    expect(status).toBe(2);
    expect(err).toContain('huge.yaml: a scenario file: expected at most 2.0 MB, got 50.0 MB');
    expect(err).toContain('/dev/zero: a scenario file: expected an ordinary file');
    expect(err).toContain('expected a scenario file, but it is a folder');
  });
});

test('schema prints JSON', async () => {
  const { status, out } = await weir('schema');
  expect(status).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ title: 'Weir scenario', type: 'object' });
});

describe('serve', () => {
  let server: ReturnType<typeof start>;
  let port: number;
  beforeAll(async () => {
    await weir('run', ...SHORT, '--out', join(work, 'served', 'report'));
    cpSync(join(work, 'served', 'report'), join(work, 'served', 'a study', 'base'), { recursive: true });
    writeFileSync(join(work, 'served', 'a study', 'comparison.html'), 'designs side by side');
    writeFileSync(join(work, 'secret.txt'), 'secret');
    server = start(['serve', join(work, 'served'), '--port', '0']);
    const line = await new Promise<string>((done) =>
      server.child.stdout.once('data', (data) => done(String(data))));
    port = Number(/http:\/\/127\.0\.0\.1:(\d+)\//.exec(line)![1]);
  });

  test('shows the list and the reports', async () => {
    const list = await fetch(`http://127.0.0.1:${port}/`);
    expect(await list.text()).toContain('href="/report"');
    const report = await fetch(`http://127.0.0.1:${port}/report`);
    expect([report.status, report.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await report.text()).toContain('weir-record');
    const head = await fetch(`http://127.0.0.1:${port}/report`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test('shows comparisons, and the runs that they compare', async () => {
    const list = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    expect(list).toContain('href="/a%20study/comparison"');
    expect(list).toContain('href="/a%20study/base"');
    const pages = ['a%20study/comparison', 'a%20study/base'].map(async (page) =>
      (await fetch(`http://127.0.0.1:${port}/${page}`)).text());
    const [comparison, run] = await Promise.all(pages);
    expect(comparison).toBe('designs side by side');
    expect(run).toContain('weir-record');
  });

  test('serves nothing else, and survives addresses that are none', async () => {
    for (const path of ['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/report/summary.json',
      '//', '/%', 'x']) {
      const answer = await raw(port, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      expect(answer, path).not.toContain('secret\n');
      expect(answer, path).toMatch(/^HTTP\/1\.1 40[04] /);
    }
    expect(await raw(port, 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'))
      .toMatch(/^HTTP\/1\.1 405 /);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
  });

  test('is reached from this machine only', async () => {
    const others = Object.values(networkInterfaces()).flat()
      .filter((one) => one !== undefined && !one.internal && one.family === 'IPv4');
    for (const one of others) {
      await expect(raw(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', one!.address))
        .rejects.toThrow('ECONNREFUSED');
    }
  });

  test('a port that is taken ends with 5 and the remedy', async () => {
    const { status, err } = await weir('serve', join(work, 'served'), '--port', String(port));
    expect(status).toBe(5);
    expect(err).toMatch(/cannot be used \(EADDRINUSE\); choose another with --port, or --port 0/);
  });

  test('Ctrl-C stops it with 0, open connections or not', async () => {
    const open = connect(port, '127.0.0.1');
    await new Promise((done) => open.once('connect', done));
    open.on('error', () => {});
    server.child.kill('SIGINT');
    expect((await server.ended).status).toBe(0);
    open.destroy();
  });
});

/** Runs weir to its end, like a user without a terminal. */
function weir(...words: readonly string[]): ReturnType<typeof start>['ended'] {
  return start(words).ended;
}

function start(words: readonly string[], variables: Readonly<Record<string, string>> = {}, main = MAIN) {
  return startWeir(work, words, variables, main);
}

/** Sends bytes as they are, as no HTTP client would. */
function raw(port: number, request: string, address = '127.0.0.1'): Promise<string> {
  return new Promise((done, fail) => {
    let answer = '';
    const socket = connect(port, address, () => socket.write(request));
    socket.on('data', (data) => (answer += String(data)));
    socket.on('error', fail);
    socket.on('close', () => done(answer));
  });
}
