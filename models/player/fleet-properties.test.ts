import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assert } from '../core/assert.ts';
import { NEVER, type Us } from '../core/units.ts';
import { PlayerHost, S, type PortCall } from './player-host.fixture.ts';

const RUNS = { seed: 20_261, numRuns: 300 };

describe('any sequence of answers, failures and wakes', () => {
  test('P21 keeps the promises of every step and the books of every session', () => {
    let [stalls, abandoned] = [0, 0];
    fc.assert(fc.property(anyCase(), (chosen) => {
      const world = new World(chosen);
      world.run();
      expect(world.host.fleet.active(0)).toBe(false); // nobody watches for ever
      checkBooks(world);
      stalls += world.host.fleet.figures(0).stallCount;
      abandoned += world.host.fleet.figures(0).abandoned;
    }), RUNS);
    expect(abandoned).toBeGreaterThan(25);
    expect(stalls).toBeGreaterThan(100); // the cases are hard enough to mean something
  });

  test('P18 goes the same whenever and however often the host settles', () => {
    fc.assert(fc.property(anyCase(), fc.array(fc.nat(90 * S)), (chosen, times) => {
      const plain = new World({ ...chosen, lateUs: [] });
      plain.run();
      const settled = new World({ ...chosen, lateUs: [] });
      settled.settleAt = times.sort((a, b) => a - b);
      settled.run();
      expect(settled.log).toEqual(plain.log);
      const { playedBits, ...figures } = settled.host.fleet.figures(0);
      expect(figures).toEqual({ ...plain.host.fleet.figures(0), playedBits: undefined });
      expect(playedBits).toBeCloseTo(plain.host.fleet.figures(0).playedBits, 2);
      for (const name of TOTALS) expect(settled.host.total(name)).toBeCloseTo(plain.host.total(name), 6);
    }), RUNS);
  });

  test('P22 goes the same with any number of wakes that nobody asked for', () => {
    fc.assert(fc.property(anyCase(), fc.array(fc.nat(90 * S)), (chosen, times) => {
      const plain = new World({ ...chosen, lateUs: [] });
      plain.run();
      const woken = new World({ ...chosen, lateUs: [] });
      woken.wakeAlsoAt = times.sort((a, b) => a - b);
      woken.run();
      expect(woken.log).toEqual(plain.log);
      expect(woken.host.fleet.figures(0).stallUs).toBe(plain.host.fleet.figures(0).stallUs);
    }), RUNS);
  });

  test('P19 counts the same with late timers, where only the counting hangs on them', () => {
    fc.assert(fc.property(anyCase(), (chosen) => {
      // The buffer has room for ever and no request fails: wakes are for dry buffers and for the end.
      const params = { ...chosen.params, bufferMax: '9999s', stallPatience: '1d' };
      const answers = chosen.answers.map(({ delayUs }) => ({ delayUs, outcome: 'ok' as const }));
      // A transfer is judged by what is left when somebody looks: that hangs on the timers too.
      const faithful = { ...chosen, judges: false, params, answers, watchUs: Infinity, patienceUs: Infinity };
      const exact = new World({ ...faithful, lateUs: [] });
      const late = new World(faithful);
      exact.run();
      late.run();
      const { playedBits, ...figures } = late.host.fleet.figures(0);
      expect(figures).toEqual({ ...exact.host.fleet.figures(0), playedBits: undefined });
      expect(playedBits).toBeCloseTo(exact.host.fleet.figures(0).playedBits, 2);
      expect(late.host.total('watch_seconds_total')).toBeCloseTo(exact.host.total('watch_seconds_total'), 6);
    }), RUNS);
  });

  test('P20 goes the same after it is saved anywhere and restored elsewhere', () => {
    fc.assert(fc.property(anyCase(), fc.nat(40), (chosen, steps) => {
      const whole = new World(chosen);
      whole.run();
      const first = new World(chosen);
      first.run(steps);
      const second = first.moved();
      second.run();
      expect(second.log).toEqual(whole.log);
      expect(second.host.fleet.save()).toEqual(whole.host.fleet.save());
    }), RUNS);
  });

  test('P23 two viewers in one fleet do what each does alone', () => {
    fc.assert(fc.property(anyCase(), anyCase(), (one, other) => {
      const { params, segments, segmentS, judges } = one;
      const shared = { params, segments, segmentS, judges };
      const cases = [one, { ...other, ...shared }];
      const together = new World(cases[0]!, 2);
      const beside = new World(cases[1]!, 2, 1, together.host);
      runTogether([together, beside]);
      const alone = cases.map((chosen) => {
        const world = new World(chosen);
        world.run();
        return world;
      });
      expect([together.log, beside.log]).toEqual(alone.map((world) => world.log));
      alone.forEach((world, slot) => {
        expect(together.host.fleet.figures(slot)).toEqual(world.host.fleet.figures(0));
      });
    }), RUNS);
  });
});

const TOTALS = [
  'watch_seconds_total', 'played_seconds_total', 'stall_seconds_total', 'stalls_total', 'played_bits_total',
  'delivered_bytes_total', 'quality_switches_total', 'fetch_retries_total',
];

function checkBooks(world: World): void {
  const { host } = world;
  const { startupUs, playedUs, stallUs, stallCount, segments, switches } = host.fleet.figures(0);
  const started = !Number.isNaN(startupUs);
  const startUs = started ? startupUs : Math.min(world.now, world.chosen.patienceUs);
  expect(host.total('watch_seconds_total')).toBeCloseTo((startUs + playedUs + stallUs) / S, 6);
  expect(host.total('played_seconds_total')).toBeCloseTo(playedUs / S, 6);
  expect(host.total('stall_seconds_total')).toBeCloseTo(stallUs / S, 6);
  expect(host.total('stalls_total')).toBe(stallCount);
  expect(host.total('quality_switches_total')).toBe(switches);
  expect(host.total('video_quality_level')).toBeCloseTo(segments * world.chosen.segmentS, 6);
  expect(host.total('playback_starts_total')).toBe(started ? 1 : 0);
  expect(host.total('sessions_ended_total')).toBe(1);
  expect(host.total('sessions_active')).toBe(0);
  const asks = ['manifest', 'playlist', 'segment'];
  const requests = world.log.filter(([, call]) => asks.includes(call[0])).length;
  expect(requests).toBe(world.answered + world.cancelled);
  expect(host.total('fetch_retries_total')).toBe(requests - world.firstAttempts);
}

interface Answer {
  readonly delayUs: Us;
  readonly outcome: 'ok' | 'timeout' | 'notFound' | 'never';
}

interface OpenRequest {
  readonly id: number;
  readonly sentAt: Us;
  readonly at: Us;
  readonly manifest: boolean;
  readonly outcome: Answer['outcome'];
}

interface Case {
  readonly params: Readonly<Record<string, string | number>>;
  readonly segmentS: number;
  readonly segments: number;
  /** Whether the rule judges transfers under way. */
  readonly judges: boolean;
  readonly watchUs: Us;
  readonly patienceUs: Us;
  /** What becomes of the requests, in their order, over and over. */
  readonly answers: readonly Answer[];
  /** How late wakes come, in their order, over and over; empty for in time. */
  readonly lateUs: readonly Us[];
}

function anyCase(): fc.Arbitrary<Case> {
  const seconds = (max: number) => fc.integer({ min: 1, max }).map((n) => `${n}s`);
  const params = fc.record({
    bufferMax: fc.integer({ min: 5, max: 20 }).map((n) => `${n}s`),
    startBuffer: seconds(5), resumeBuffer: seconds(5), stallPatience: seconds(12),
    retries: fc.integer({ min: 0, max: 3 }),
    playlists: fc.constantFrom('each', 'one'), retryDelay: fc.nat(3).map((n) => `${n}s`),
    retryDelayMax: seconds(5),
  });
  const delayUs = fc.oneof(fc.constant(0), fc.nat(2 * S), fc.nat(8 * S), fc.nat(8).map((n) => n * S));
  const outcome = fc.oneof(
    { weight: 20, arbitrary: fc.constant('ok' as const) },
    { weight: 4, arbitrary: fc.constant('timeout' as const) },
    { weight: 1, arbitrary: fc.constantFrom('notFound' as const, 'never' as const) });
  return fc.record({
    params, segmentS: fc.integer({ min: 1, max: 6 }), segments: fc.integer({ min: 1, max: 15 }),
    judges: fc.boolean(),
    watchUs: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 60 * S })),
    patienceUs: fc.oneof(fc.constant(60 * S), fc.nat(10 * S)),
    answers: fc.array(fc.record({ delayUs, outcome }), { minLength: 1, maxLength: 20 }),
    lateUs: fc.array(fc.oneof(fc.constant(0), fc.nat(3 * S)), { maxLength: 5 }),
  });
}

/** One viewer and a network that answers as the case says; checks what must hold at every step. */
class World {
  readonly chosen: Case;
  readonly host: PlayerHost;
  /** When the fleet asked for what; requests numbered by the viewer's own count. */
  log: Array<readonly [Us, PortCall]> = [];
  settleAt: Us[] = [];
  wakeAlsoAt: Us[] = [];
  now: Us = 0;
  answered = 0;
  cancelled = 0;
  firstAttempts = 0;
  readonly #slots: number;
  readonly #slot: number;
  #requests = 0;
  #wakes = 0;
  #wakesHere = 0;
  #open: OpenRequest | undefined;
  #wake: { due: Us; at: Us } = { due: NEVER, at: NEVER };
  #segment = -1;
  #rendition = -1;
  #abandoned = 0;
  #playlist = -1;
  #playlists = new Set<number>();
  #started = false;

  constructor(chosen: Case, slots = 1, slot = 0, host?: PlayerHost) {
    const { params, segments, segmentS } = chosen;
    this.chosen = chosen;
    this.#slots = slots;
    this.#slot = slot;
    const media = { segments, segmentUs: segmentS * S, bitrates: [0.3e6, 0.7e6, 1.5e6, 4e6] };
    const abr = chosen.judges ? { rule: 'bolae' } : { rule: 'hybrid', lowBuffer: '2s' };
    this.host = host ?? new PlayerHost({ ...params, abr }, media, slots);
  }

  /** The same world around a fleet that was restored from this one's saved state. */
  moved(): World {
    const world = new World(this.chosen, this.#slots, this.#slot);
    world.host.fleet.restore(structuredClone(this.host.fleet.save()));
    world.log = [...this.log];
    world.now = this.now;
    world.#requests = this.#requests;
    world.#wakes = this.#wakes;
    world.#open = this.#open;
    world.#wake = { ...this.#wake };
    world.#segment = this.#segment;
    world.#rendition = this.#rendition;
    world.#abandoned = this.#abandoned;
    world.#playlist = this.#playlist;
    world.#playlists = new Set(this.#playlists);
    world.#started = this.#started;
    return world;
  }

  nextAt(): Us {
    if (!this.#started) return 0;
    const planned = Math.min(this.settleAt[0] ?? NEVER, this.wakeAlsoAt[0] ?? NEVER);
    return Math.min(this.#open?.at ?? NEVER, this.#wake.at, planned);
  }

  run(steps = Infinity): void {
    for (let i = 0; i < steps && this.nextAt() < NEVER; i++) this.step();
  }

  step(): void {
    const at = this.nextAt();
    this.#wakesHere = at === this.now ? this.#wakesHere : 0;
    this.now = at;
    if (!this.#started) {
      this.#started = true;
      const { watchUs, patienceUs } = this.chosen;
      this.#after(this.host.start(at, { watchUs, startupPatienceUs: patienceUs }, this.#slot));
    } else if (this.settleAt[0] === at) {
      this.settleAt.shift();
      if (this.host.fleet.active(this.#slot)) this.host.fleet.settleAll(at);
    } else if (this.#open?.at === at) this.#answer(this.#open);
    else if (this.wakeAlsoAt[0] === at) {
      this.wakeAlsoAt.shift();
      this.#after(this.#wakeOrTell());
    } else this.#wakeNow();
  }

  #answer(open: OpenRequest): void {
    this.#open = undefined;
    this.answered++;
    const { now } = this;
    if (open.outcome === 'timeout' || open.outcome === 'notFound') {
      this.#after(this.host.fail(now, open.id, open.outcome, this.#slot));
    } else if (open.manifest) this.#after(this.host.manifest(now, open.id, this.#slot));
    else this.#after(this.host.segment(now, open.id, this.#slot));
  }

  #wakeNow(): void {
    const before = this.#progress();
    this.#wakes++;
    this.#wake = { due: NEVER, at: NEVER };
    this.#after(this.#wakeOrTell());
    assert(this.#progress() !== before, 'a wake at the time asked for moves something on');
    assert(++this.#wakesHere < 20, 'an instant has an end');
  }

  /** A wake, or how the transfer stands where the fleet asks for it: bytes come evenly after a while. */
  #wakeOrTell(): readonly PortCall[] {
    const { fleet } = this.host;
    const open = this.#open;
    if (!fleet.wantsProgress(this.now, this.#slot) || open === undefined) {
      return this.host.wake(this.now, this.#slot);
    }
    const [size, takesUs] = [500_000, Math.min(open.at, open.sentAt + 60 * S) - open.sentAt];
    const share = Math.max(0, Math.min(0.999, (this.now - open.sentAt) / takesUs - 0.05));
    return this.host.progress(this.now, open.id, size, Math.floor(size * share), this.#slot);
  }

  #progress(): string {
    const { fleet, calls } = this.host;
    return [fleet.phase(this.#slot), fleet.wakeAt(this.#slot), calls.length].join();
  }

  #after(calls: readonly PortCall[]): void {
    for (const call of calls) this.#note(call);
    const { fleet } = this.host;
    const { segmentS } = this.chosen;
    const figures = fleet.figures(this.#slot);
    const bufferUs = fleet.bufferUs(this.#slot);
        const bufferMaxS = Number.parseInt(`${this.chosen.params['bufferMax']}`, 10);
    assert(bufferUs >= 0 && bufferUs <= (bufferMaxS + segmentS) * S, 'the buffer has bounds', { bufferUs });
    const fetchedUs = figures.segments * segmentS * S;
    assert(figures.playedUs + bufferUs === fetchedUs, 'media fetched is played or buffered', { bufferUs });
    const due = fleet.wakeAt(this.#slot);
    assert(due >= this.now, 'no wake is asked for in the past', { due, now: this.now });
    const idle = due === NEVER && this.#open === undefined;
    assert(idle || fleet.active(this.#slot), 'an ended session wants nothing');
    if (due === this.#wake.due) return;
    const { lateUs } = this.chosen;
    this.#wake = { due, at: due + (lateUs[this.#wakes % lateUs.length] ?? 0) };
  }

  #note(call: PortCall): void {
    const [kind, slot, id] = call;
    assert(slot === this.#slot, 'only the slot that had the input acts');
    if (kind === 'ended') this.log.push([this.now, [kind, 0, call[2]]]);
    else if (kind === 'cancel') {
      assert(this.#open?.id === id, 'only what is under way is cancelled');
      this.#open = undefined;
      this.cancelled++;
      this.log.push([this.now, ['cancel', 0, this.#requests]]);
    } else {
      assert(this.#open === undefined, 'one request at a time');
      const { delayUs, outcome } = this.chosen.answers[this.#requests++ % this.chosen.answers.length]!;
      const at = outcome === 'never' ? NEVER : this.now + delayUs;
      this.#open = { id: call[2], sentAt: this.now, at, manifest: kind !== 'segment', outcome };
      if (kind === 'manifest') this.#noteManifest(call[3]);
      else if (kind === 'playlist') this.#notePlaylist(call[3], call[4]);
      else this.#noteSegment(call[3], call[4], call[5]);
    }
  }

  #noteManifest(video: number): void {
    assert(this.host.fleet.phase(this.#slot) === 'loading', 'the manifest comes first');
    if (this.#requests === 1) this.firstAttempts++;
    this.log.push([this.now, ['manifest', 0, this.#requests, video]]);
  }

  /** A rendition's playlist comes once, before its first segment. */
  #notePlaylist(video: number, rendition: number): void {
    const again = this.#playlist === rendition;
    assert(again || !this.#playlists.has(rendition), 'a playlist is asked for once');
    this.#playlists.add(rendition);
    if (!again) this.firstAttempts++;
    this.#playlist = rendition;
    this.log.push([this.now, ['playlist', 0, this.#requests, video, rendition]]);
  }

  /** Segments come one after the other; one that is tried again is the same, at the same rendition. */
  #noteSegment(video: number, segment: number, rendition: number): void {
    const again = segment === this.#segment;
    const lower = this.host.fleet.figures(this.#slot).abandoned > this.#abandoned;
    if (lower) {
      this.#abandoned++;
      assert(again && rendition < this.#rendition, 'given up for less of the same');
    } else assert(again ? rendition === this.#rendition : segment === this.#segment + 1, 'in order, no gaps');
    assert(segment < this.chosen.segments, 'only segments of the video');
    if (!again || lower) this.firstAttempts++;
    this.#segment = segment;
    this.#rendition = rendition;
    this.#playlist = -1;
    const one = this.chosen.params['playlists'] === 'one';
    assert(one || this.#playlists.has(rendition), 'the playlist comes before the segment');
    this.log.push([this.now, ['segment', 0, this.#requests, video, segment, rendition]]);
  }
}

/** Runs worlds around one fleet in the order of time; the first goes first in a tie. */
function runTogether(worlds: readonly World[]): void {
  for (;;) {
    const next = worlds.reduce((soonest, world) => (world.nextAt() < soonest.nextAt() ? world : soonest));
    if (next.nextAt() === NEVER) return;
    next.step();
  }
}
