import { POLICY_PARAMETERS } from '../models/cdn/policy/registry.ts';
import { misplacedAdmission, misplacedTuning } from '../models/cdn/storage-params.ts';
import { US_PER_S } from '../models/core/units.ts';
import { mostSessions } from '../models/player/audience.ts';
import { discoveryLimits } from './discovery-limits.ts';
import { fleetLimits } from './fleet-limits.ts';
import { incidentLimits } from './incident-limits.ts';
import type { LimitProblem } from './limit-problem.ts';
import { liveLimits } from './live-limits.ts';
import { schemaAt, unwrap, valueAtPath } from './schema-walk.ts';
import { scenarioSchema, type Scenario } from './schema.ts';

type Path = ReadonlyArray<string | number>;

/** What no single parameter shows: bounds between them, names that stand twice, runs no memory holds. */
export function checkLimits(scenario: Scenario, input: unknown): LimitProblem[] {
  const problems = [...partsLeftOut(scenario, input), ...durationsBeyond(scenario, scenario, [])];
  if (problems.length > 0) return problems;
  return [
    ...relations(scenario, input), ...names(scenario), ...sizes(scenario), ...fleetLimits(scenario),
  ];
}

/** A scenario simulates something, and has no part that another one it leaves out would have to use. */
function partsLeftOut(scenario: Scenario, input: unknown): LimitProblem[] {
  const { audience, upload, transcode, metadata, search, recommendations } = scenario;
  const problems = [...incidentLimits(scenario), ...discoveryLimits(scenario)];
  const serving = audience === undefined ? SERVING : [];
  for (const part of serving.filter((name) => valueAtPath(input, [name]) !== undefined)) {
    problems.push({ path: [part], message: 'expected "audience" beside it: without one nobody watches' });
  }
  if (upload !== undefined && transcode === undefined) {
    const message = 'expected "transcode" beside it: nothing is made of uploads';
    problems.push({ path: ['upload'], message });
  }
  const parts = [audience, transcode, metadata, search, recommendations];
  if (problems.length > 0 || parts.some((part) => part !== undefined)) return problems;
  const names = 'audience, transcode, metadata, search or recommendations';
  return [{ path: [], message: `expected a part to simulate: ${names}` }];
}

/** Parts that serve an audience. */
export const SERVING = ['catalogue', 'player', 'cdn', 'geography', 'content'] as const;

/** Bounds that parameters set each other; messages show values as they were written. */
function relations(scenario: Scenario, input: unknown): LimitProblem[] {
  const { run, catalogue, audience, player, cdn } = scenario;
  const problems: LimitProblem[] = [];
  const written = (path: Path) => {
    const schema = schemaAt(scenarioSchema, path, input)?.schema;
    return String(valueAtPath(input, path) ?? (schema === undefined ? '' : unwrap(schema).defaultValue));
  };
  const problem = (path: Path, expected: string) => {
    problems.push({ path, message: `expected ${expected}, got ${written(path)}` });
  };
  if (run.warmup >= run.duration) {
    problem(['run', 'warmup'],
      `a warm-up shorter than the run (run.duration is ${written(['run', 'duration'])})`);
  }
  if (player.bufferMax < catalogue.segment) {
    problem(['player', 'bufferMax'],
      `room for one segment (catalogue.segment is ${written(['catalogue', 'segment'])})`);
  }
  for (const tier of ['edge', 'regional', 'shield'] as const) {
    for (const name of misplacedTuning(cdn[tier])) {
      const known = Object.keys(POLICY_PARAMETERS[cdn[tier].policy] ?? {});
      problem(['cdn', tier, 'tuning', name], known.length === 0
        ? `nothing to tune, as ${cdn[tier].policy} has no parameters`
        : `a parameter of ${cdn[tier].policy} (${known.join(', ')})`);
    }
    if (misplacedAdmission(cdn[tier])) {
      problem(['cdn', tier, 'admission', 'rule'],
        `a rule other than tinyLfu before ${cdn[tier].policy}, which cannot say what it would drop`);
    }
  }
  if (cdn.claims?.shield !== undefined && !cdn.shield.enabled) {
    problem(['cdn', 'claims', 'shield'], 'no claim of a shield that is off (cdn.shield.enabled)');
  }
  cdn.outages.forEach(({ tier, server }, i) => {
    if (server === undefined || server < cdn[tier].servers) return;
    problem(['cdn', 'outages', i, 'server'],
      `one of the ${cdn[tier].servers} servers of a place, from 0 (cdn.${tier}.servers)`);
  });
  const laws = [['catalogue', 'length', catalogue.length], ['audience', 'watch', audience?.watch]] as const;
  for (const [part, key, law] of laws) {
    if (law?.law === 'uniform' && law.low > law.high) {
      problem([part, key, 'low'],
        `a smallest value below the largest (high is ${written([part, key, 'high'])})`);
    }
  }
  return [...problems, ...liveLimits(scenario, written)];
}

function names({ catalogue, audience, slos }: Scenario): LimitProblem[] {
  return [
    ...repeated(catalogue.ladder, ['catalogue', 'ladder']),
    ...repeated(audience?.networks ?? [], ['audience', 'networks']),
    ...repeated(slos ?? [], ['slos']),
  ];
}

function sizes({ run, audience }: Scenario): LimitProblem[] {
  const problems: LimitProblem[] = [];
  const check = (path: Path, what: string, got: number, limit: number, remedy: string) => {
    if (got <= limit) return;
    const message = `expected at most ${count(limit)} ${what}, got about ${count(got)}: ${remedy}`;
    problems.push({ path, message });
  };
  check(['run', 'sampleEvery'], 'samples in a run', run.duration / run.sampleEvery, MOST_SAMPLES,
    'sample less often');
  if (audience === undefined) return problems;
  check(['audience', 'arrivals'], 'sessions in a run', mostSessions(audience, run.duration), MOST_SESSIONS,
    'lower the peak, or run.duration');
  return problems;
}

/** Sessions whose columns fit an ordinary machine's memory. */
const MOST_SESSIONS = 5_000_000;
/** Samples whose series fit it. */
const MOST_SAMPLES = 100_000;

/** Durations that a double does not count in microseconds any more. */
function durationsBeyond(value: unknown, scenario: Scenario, path: Path): LimitProblem[] {
  if (Array.isArray(value)) {
    return value.flatMap((entry, i) => durationsBeyond(entry, scenario, [...path, i]));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, entry]) => durationsBeyond(entry, scenario, [...path, key]));
  }
  if (typeof value !== 'number' || value <= LONGEST_US) return [];
  const schema = schemaAt(scenarioSchema, path, scenario)?.schema;
  if (schema === undefined || (unwrap(schema).meta.unit !== 'us' && value < Infinity)) return [];
  const message = value < Infinity ? 'expected at most 100 years, got more' : 'expected a finite number';
  return [{ path, message }];
}

const LONGEST_US = 100 * 365.25 * 86_400 * US_PER_S;

function repeated(
  entries: ReadonlyArray<{ readonly name: string }>,
  path: readonly string[],
): LimitProblem[] {
  return entries.flatMap(({ name }, i) => {
    const first = entries.findIndex((entry) => entry.name === name);
    const message = `expected a name of its own, got "${name}", the name of ${path.at(-1)!}[${first}] too`;
    return first === i ? [] : [{ path: [...path, i, 'name'], message }];
  });
}

function count(value: number): string {
  return String(Math.ceil(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}
