import { logarithmicSizes, type CreatePolicy } from '../models/cdn/analysis/curve.ts';
import { nextRequests, type RequestTrace } from '../models/cdn/analysis/trace.ts';
import {
  AdmittedPolicy, ProbabilisticAdmission, SecondHitAdmission, SizeAdmission, type AdmissionFilter,
} from '../models/cdn/policy/admission.ts';
import { BeladyPolicy } from '../models/cdn/policy/belady.ts';
import { layoutFor } from '../models/cdn/policy/layout.ts';
import type { PolicyLayout } from '../models/cdn/policy/policy.ts';
import {
  createPolicy, POLICY_PARAMETERS, policyName, type PolicyParameters,
} from '../models/cdn/policy/registry.ts';
import { TINY_LFU_POLICIES, TinyLfuAdmission } from '../models/cdn/policy/tiny-lfu.ts';
import { TtlPolicy } from '../models/cdn/policy/ttl.ts';
import { parseQuantity, QuantityError, type QuantityKind } from '../models/core/quantity.ts';
import { RandomStreams } from '../models/core/rng.ts';
import { US_PER_S } from '../models/core/units.ts';
import { CSV_COLUMNS, type CsvColumns } from '../scenarios/cache-traces/csv.ts';
import type { TraceFormat } from '../scenarios/cache-traces/formats.ts';
import { suggest } from '../scenarios/errors.ts';
import type { ReplayWay } from './cache-rows.ts';
import { UsageError } from './exit.ts';

/** Policies that can replay a trace: those of scenarios, and Belady, which knows what is to come. */
export const REPLAY_POLICIES: readonly string[] = [...policyName.options, 'belady'];

/** Requests of a trace above which `--curve` takes samples, so that each has about so many. */
const SAMPLED_REQUESTS = 200_000;
const SAMPLES = 5;
const CURVE_SIZES = 16;

/** Options of `weir cache` as commander hands them over. */
export interface CacheOptions {
  readonly policy: string;
  readonly size?: string;
  readonly ignoreSize?: boolean;
  readonly curve?: boolean;
  readonly sample?: string;
  readonly admission?: string;
  readonly ttl?: string;
  readonly ttlReset?: boolean;
  readonly set: readonly string[];
  readonly format?: TraceFormat;
  readonly columns?: string;
  readonly seed: string;
  readonly plot?: string;
  readonly html?: string;
  readonly json?: boolean;
}

/** What the options ask for, as far as it does not depend on the trace. */
export interface CacheRequest {
  readonly policies: readonly string[];
  readonly format: TraceFormat | undefined;
  readonly columns: CsvColumns | undefined;
  /** Builds a policy by its name, behind the admission filter. */
  readonly creator: (policy: string) => CreatePolicy;
  /** How a policy meets a trace of so many requests. */
  readonly wayOf: (policy: string, requests: number) => ReplayWay;
}

/** Checks the options before the trace is read; throws UsageError. */
export function parseCacheOptions(options: CacheOptions): CacheRequest {
  const policies = options.policy === 'all' ? REPLAY_POLICIES : options.policy.split(',');
  for (const name of policies) {
    if (!REPLAY_POLICIES.includes(name)) {
      throw new UsageError(`--policy: expected policies, got "${name}": ${suggest(name, REPLAY_POLICIES)}`);
    }
  }
  const parameters = parseSettings(options.set);
  const filter = parseAdmission(options);
  if (filter !== undefined && policies.includes('belady')) {
    throw new UsageError('--admission: belady is the bound of policies that store what they miss');
  }
  const mute = policies.find((name) => !TINY_LFU_POLICIES.includes(name));
  if (options.admission?.startsWith('tiny-lfu') === true && mute !== undefined) {
    const known = TINY_LFU_POLICIES.join(', ');
    throw new UsageError(`--admission tiny-lfu: expected policies of ${known}, got "${mute}", which cannot `
      + 'say what it would drop');
  }
  const ttl = options.ttl === undefined ? undefined : readNumber('duration', options.ttl, '--ttl') / US_PER_S;
  if (ttl !== undefined && !(ttl > 0)) throw new UsageError(`--ttl: expected a while, got "${options.ttl}"`);
  if (ttl === undefined && options.ttlReset === true) {
    throw new UsageError('--ttl-reset: expected a lifetime by --ttl as well');
  }
  if (ttl !== undefined && policies.includes('belady')) {
    throw new UsageError('--ttl: belady is the bound of policies whose objects do not expire');
  }
  for (const size of options.size?.split(',') ?? []) readCapacity(size, options, 1);
  const sample = options.sample === undefined ? undefined : readNumber('ratio', options.sample, '--sample');
  if (sample !== undefined && !(sample > 0 && sample <= 1)) {
    throw new UsageError(`--sample: expected a share above 0 and up to 100%, got "${options.sample}"`);
  }
  return {
    policies,
    format: options.format,
    columns: options.columns === undefined ? undefined : parseColumns(options.columns),
    creator: (name) => (capacity, trace) => {
      const policy = name === 'belady'
        ? new BeladyPolicy(capacity, nextRequests(trace))
        : createPolicy(policyName.parse(name), capacity, parameters[name], layoutOf(capacity, trace));
      const admitting = filter === undefined ? policy : new AdmittedPolicy(policy, filter());
      return ttl === undefined ? admitting : new TtlPolicy(admitting, ttl, options.ttlReset === true);
    },
    wayOf: (policy, requests) => {
      const isPlainLru = policy === 'lru' && filter === undefined && ttl === undefined;
      const onePass = isPlainLru && options.curve === true && sample === undefined;
      const rate = sample ?? (options.curve === true ? Math.min(1, SAMPLED_REQUESTS / requests) : 1);
      return { sampling: rate === 1 ? null : { rate, samples: SAMPLES }, onePass };
    },
  };
}

/** The faster layout for a capacity, which holds objects of the mean size. */
function layoutOf(capacity: number, { objects, sizes }: RequestTrace): PolicyLayout {
  const names = objects.reduce((most, object) => Math.max(most, object + 1), 0);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  return layoutFor(capacity / mean, names);
}

/** Capacities in the unit of `--ignore-size`; shares are of all objects together, of `objectBytes`. */
export function readCapacities(options: CacheOptions, objectBytes: number): number[] {
  if (options.size !== undefined) {
    return options.size.split(',').map((text) => readCapacity(text, options, objectBytes));
  }
  if (options.curve === true) return logarithmicSizes(objectBytes / 1000, objectBytes, CURVE_SIZES);
  return [0.01, 0.1].map((share) => Math.max(1, Math.round(share * objectBytes)));
}

function readCapacity(text: string, options: CacheOptions, objectBytes: number): number {
  const isShare = text.trim().endsWith('%');
  const isNumber = /^\d[\d_]*$/.test(text.trim());
  if (options.ignoreSize === true && !isShare && !isNumber) {
    throw new UsageError(`--size: with --ignore-size expected objects, such as 1000 or 10%, got "${text}"`);
  }
  if (isNumber) {
    const value = Number(text.replaceAll('_', ''));
    if (value > 0) return value;
  }
  const value = isShare
    ? Math.max(1, Math.round(readNumber('ratio', text, '--size') * objectBytes))
    : readNumber('size', text, '--size');
  if (!(value > 0)) throw new UsageError(`--size: expected more than nothing, got "${text}"`);
  return value;
}

function parseSettings(settings: readonly string[]): Record<string, PolicyParameters> {
  const parameters: Record<string, Record<string, number>> = {};
  const known: Readonly<Record<string, PolicyParameters>> = POLICY_PARAMETERS;
  const names = Object.entries(known).flatMap(([policy, all]) => {
    return Object.keys(all).map((name) => `${policy}.${name}`);
  });
  for (const setting of settings) {
    const [, policy, name, value] = /^([^.=]+)\.([^=]+)=(.+)$/.exec(setting) ?? [];
    const path = `${policy}.${name}`;
    if (policy === undefined || name === undefined || !names.includes(path)) {
      const got = policy === undefined ? setting : path;
      throw new UsageError(`--set: expected policy.parameter=value, got "${got}": ${suggest(got, names)}`);
    }
    const number = Number(value);
    if (!(number > 0)) throw new UsageError(`--set ${path}: expected a number above 0, got "${value}"`);
    if (/Share$/.test(name) && number >= 1) {
      throw new UsageError(`--set ${path}: expected a share below 1, got ${value}`);
    }
    if (/^segments$/.test(name) && !(Number.isInteger(number) && number < 256)) {
      throw new UsageError(`--set ${path}: expected from 1 to 255 segments, got ${value}`);
    }
    (parameters[policy] ??= {})[name] = number;
  }
  return parameters;
}

/** A maker of filters, one for each cache. */
function parseAdmission({ admission, seed }: CacheOptions): (() => AdmissionFilter) | undefined {
  if (!/^\d{1,15}$/.test(seed)) throw new UsageError(`--seed: expected a whole number, got "${seed}"`);
  if (admission === undefined) return undefined;
  const [rule, value = ''] = admission.split(':');
  if (rule === 'size') {
    const largest = readNumber('size', value, '--admission size');
    return () => new SizeAdmission(largest);
  }
  if (rule === 'probability') {
    const probability = readNumber('ratio', value, '--admission probability');
    if (!(probability >= 0 && probability <= 1)) {
      throw new UsageError(`--admission probability: expected from 0 to 1, got "${value}"`);
    }
    return () => {
      const stream = new RandomStreams(Number(seed), 0).stream('admission');
      return new ProbabilisticAdmission(probability, stream);
    };
  }
  if (rule === 'tiny-lfu') {
    if (value === '') return () => new TinyLfuAdmission();
    const sample = Number(value);
    if (sample >= 1 && sample <= 1e6) return () => new TinyLfuAdmission(sample);
    throw new UsageError(`--admission tiny-lfu: expected requests for each object held, got "${value}"`);
  }
  if (rule !== 'second-hit') {
    throw new UsageError('--admission: expected size:1MB, probability:0.1, second-hit or tiny-lfu, '
      + `got "${admission}"`);
  }
  const window = value === '' ? SECOND_HIT_WINDOW : Number(value);
  if (!(window >= 1 && window <= 1e9)) {
    throw new UsageError(`--admission second-hit: expected a number of misses, got "${value}"`);
  }
  return () => new SecondHitAdmission(window);
}

/** Misses that second-hit remembers when nothing else is said. */
const SECOND_HIT_WINDOW = 1_000_000;

function parseColumns(text: string): CsvColumns {
  const columns: Record<keyof CsvColumns, string> = { ...CSV_COLUMNS };
  for (const pair of text.split(',')) {
    const [key, name] = pair.split('=');
    if (key !== 'time' && key !== 'id' && key !== 'size' || name === undefined || name === '') {
      throw new UsageError(`--columns: expected time=..,id=..,size=.., got "${pair}"`);
    }
    columns[key] = name;
  }
  return columns;
}

function readNumber(kind: QuantityKind, text: string, option: string): number {
  try {
    return parseQuantity(kind, text);
  } catch (error) {
    if (error instanceof QuantityError) throw new UsageError(`${option}: ${error.message}`);
    throw error;
  }
}
