import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NEVER } from '../core/units.ts';
import { BEHAVIOURS, type BehaviourName } from './behaviour.ts';
import { NO_STORE, UNSTATED, type CacheInput } from './events.ts';
import { NodeRun } from './node.fixture.ts';

const NAMES = Object.keys(BEHAVIOURS) as BehaviourName[];

test.each(NAMES)('C7 C20 %s: all are answered once, every answer ends, and the books balance', (name) => {
  fc.assert(fc.property(anySteps(), (steps) => {
    const run = new NodeRun(name);
    steps.forEach((step, i) => play(run, step, i * 200_000));
    settle(run, steps.length * 200_000);
    const of = (kinds: string[]) =>
      run.calls.filter(([kind]) => kinds.includes(kind)).map((call) => call[1]);
    const asked = steps.flatMap((step, i) => (step.action === 'request' ? [i * 200_000] : []));
    expect(of(['respond', 'fail']).sort((a, b) => a - b)).toEqual(asked);
    const followed = run.calls.flatMap((call) => (call[0] === 'respond' && call[4] >= 0 ? [call[1]] : []));
    expect(of(['ended', 'cut']).sort((a, b) => a - b)).toEqual(followed.sort((a, b) => a - b));
    expect(run.node.used).toBeLessThanOrEqual(100);
    expect(run.count('cache_used_bytes')).toBe(run.node.used);
    expect(run.count('cache_requests_total')).toBe(asked.length);
    expect(run.count('cache_fetches_total')).toBe(of(['fetch', 'ask', 'range']).length);
    expect(run.node.fetching).toBe(0);
    expect(run.node.wakeAt()).toBe(NEVER);
  }), { seed: 5, numRuns: 100 });
});

test.each(NAMES)('C10 %s: a node saved anywhere, with fetches under way, goes on the same', (name) => {
  fc.assert(fc.property(anySteps(), fc.nat(60), (steps, cut) => {
    const at = (i: number) => i * 200_000;
    const whole = new NodeRun(name);
    steps.forEach((step, i) => play(whole, step, at(i)));
    const first = new NodeRun(name);
    steps.slice(0, cut).forEach((step, i) => play(first, step, at(i)));
    const second = new NodeRun(name);
    second.node.restore(structuredClone(first.node.save()));
    const saved = first.node.save();
    const copy = structuredClone(saved);
    steps.slice(cut).forEach((step, i) => play(first, step, at(cut + i)));
    expect(saved).toEqual(copy);
    steps.slice(cut).forEach((step, i) => play(second, step, at(cut + i)));
    expect(second.node.save()).toEqual(whole.node.save());
    expect(first.calls).toEqual(whole.calls);
    expect(second.calls).toEqual(first.calls.slice(first.calls.length - second.calls.length));
  }), { seed: 6, numRuns: 60 });
});

interface Step {
  readonly object: number;
  readonly action: 'request' | 'head' | 'end' | 'fail' | 'purge' | 'prefetch';
  /** Which fetch, if any is there. */
  readonly fetch: number;
  readonly status: number;
  readonly ttl: number;
}

function anySteps(): fc.Arbitrary<Step[]> {
  return fc.array(fc.record({
    object: fc.nat(5),
    action: fc.constantFrom<Step['action']>(
      'request', 'request', 'request', 'head', 'head', 'end', 'end', 'fail', 'purge', 'prefetch',
    ),
    fetch: fc.nat(20),
    status: fc.constantFrom(200, 200, 200, 304, 404, 503),
    ttl: fc.constantFrom(NEVER, 1_000_000, 5_000_000, NO_STORE, UNSTATED),
  }), { maxLength: 60 });
}

/** The fetches under way by number, with whether their head has come and whether they are conditional. */
function underWay(run: NodeRun): Array<readonly [fetch: number, object: number, flags: number]> {
  const { columns, open } = run.node.save().fetches;
  return [...open].flatMap((isOpen, fetch) => {
    return isOpen === 1 ? [[fetch, columns.object[fetch]!, columns.flags[fetch]!] as const] : [];
  });
}

/** Wakes the node if it wants to be and plays a step as data; answers to nothing are left out. */
function play(run: NodeRun, { object, action, fetch, status, ttl }: Step, now: number): void {
  while (run.node.wakeAt() <= now) run.node.handle(run.node.wakeAt(), { kind: 'woken' });
  const give = (input: CacheInput) => run.node.handle(now, input);
  if (action === 'request') return give({ kind: 'requested', requestId: now, object, first: 0, last: 1e6 });
  if (action === 'purge') return give({ kind: 'purged', object });
  if (action === 'prefetch') return give({ kind: 'prefetched', object });
  const fetches = underWay(run);
  if (fetches.length === 0) return;
  const [number, name, flags] = fetches[fetch % fetches.length]!;
  const started = (flags & 4) !== 0;
  if (action === 'fail') return give({ kind: 'parentFailed', fetch: number, status: 502 });
  if (action === 'end' && started) return give({ kind: 'fetchEnded', fetch: number });
  if (started) return;
  const said = status === 304 && (flags & 8) === 0 ? 200 : status;
  const bytes = name === 5 ? 200 : 10 + name * 8;
  give({ kind: 'headArrived', fetch: number, status: said, bytes, ttlUs: ttl, staleUs: UNSTATED });
}

/** Lets all that is under way come to its end. */
function settle(run: NodeRun, from: number): void {
  const step = { object: 0, fetch: 0, status: 200, ttl: NEVER };
  let now = from;
  for (let round = 0; run.node.fetching > 0 || run.node.wakeAt() < NEVER; round++) {
    if (round > 2000) throw new Error('it never comes to rest');
    now += 200_000;
    play(run, { ...step, action: 'head', fetch: round }, now);
    play(run, { ...step, action: 'end', fetch: round }, now);
  }
}
