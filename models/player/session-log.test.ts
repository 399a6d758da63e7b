import { describe, expect, test } from 'vitest';
import { MINUTE_VIDEO, PlayerHost, S } from './player-host.fixture.ts';
import type { SessionStart } from './events.ts';
import { SessionLogger } from './session-log.ts';

const NETWORKS = ['3g', 'wired'];

/** A host that tells a logger what a simulating host tells it. */
class LoggedHost {
  readonly host: PlayerHost;
  readonly logger: SessionLogger;

  constructor(params: object, fromUs: number, slots: number, most = 1) {
    this.host = new PlayerHost(params, { ...MINUTE_VIDEO, segments: 3 }, slots);
    const media = { bitrates: () => MINUTE_VIDEO.bitrates, segmentUs: () => MINUTE_VIDEO.segmentUs };
    this.logger = new SessionLogger(() => this.host.fleet, NETWORKS, media, fromUs, most);
  }

  start(
    now: number, slot: number, session: number, network: number, given: Partial<SessionStart> = {},
  ): void {
    this.logger.started(slot, session, network, now);
    this.#tell(now, this.host.start(now, { session, ...given }, slot));
  }

  arrive(now: number, slot: number, requestId: number, kind: 'manifest' | 'segment'): void {
    this.logger.arriving(slot);
    this.#tell(now, kind === 'manifest'
      ? this.host.manifest(now, requestId, slot) : this.host.segment(now, requestId, slot));
    this.logger.arrived(slot, now);
  }

  wake(now: number, slot: number): void {
    this.#tell(now, this.host.wake(now, slot));
    this.logger.woken(slot, now);
  }

  #tell(now: number, calls: PlayerHost['calls']): void {
    for (const call of calls) {
      if (call[0] === 'segment') this.logger.requested(call[1], now, call[4], call[5]);
      if (call[0] === 'ended') this.logger.ended(call[1], now, call[2]);
    }
  }
}

test('P52 P72 each event but the first tells the rate of play, unless it is 1', () => {
  const rates = [2, 1].map((rate) => {
    const run = new LoggedHost({}, 0, 1);
    run.start(0, 0, 1, 1, { rate });
    run.arrive(0.5 * S, 0, 1, 'manifest');
    run.arrive(S, 0, 2, 'segment');
    return run.logger.logs()[0]!.events.map((event) => event.rate);
  });
  expect(rates[0]!.length).toBeGreaterThan(3);
  expect(rates).toEqual([[undefined, ...rates[0]!.slice(1).map(() => 2)], rates[1]!.map(() => undefined)]);
});

describe('a logged session', () => {
  const run = new LoggedHost({ abr: { rule: 'hybrid', defaultEstimate: '2.6 Mbps' } }, 0, 1);
  run.start(10 * S, 0, 4, 1);
  run.arrive(10.5 * S, 0, 1, 'manifest');
  run.arrive(11 * S, 0, 2, 'segment');
  run.wake(15 * S, 0); // dry
  run.arrive(16 * S, 0, 3, 'segment');
  run.arrive(17 * S, 0, 4, 'segment');
  run.wake(24 * S, 0);
  const [log] = run.logger.logs();

  test('P51 P53 tells what happened in the order in which it follows', () => {
    expect(log!.events.map((event) => [event.seconds, event.kind, event.segment, event.rendition])).toEqual([
      [0, 'started', -1, -1], [0.5, 'arrived', -1, -1], [0.5, 'requested', 0, 0],
      [1, 'arrived', 0, 0], [1, 'requested', 1, 1], [1, 'playing', 1, 1],
      [5, 'stalled', 1, 1],
      [6, 'arrived', 1, 1], [6, 'requested', 2, 1], [6, 'resumed', 2, 1],
      [7, 'arrived', 2, 1],
      [14, 'ended', 2, 1],
    ]);
    expect(log).toMatchObject({ session: 4, network: 'wired', ladder: MINUTE_VIDEO.bitrates });
    expect(log!.events.at(-1)!.reason).toBe('finished');
  });

  test('P52 gives each request its reason, and what the player held and believed', () => {
    const requested = log!.events.filter((event) => event.kind === 'requested');
    expect(requested[0]!.reason)
      .toBe('rendition 0 is the highest within 1.04 Mbps = 2.60 Mbps x 0.8 x 0.5 (buffer 0.0 s)');
    expect(requested[1]!.reason).toBe('rendition 1 is the highest within 3.20 Mbps = 8.00 Mbps x 0.8 x 0.5 '
      + '(buffer 4.0 s)');
    expect(log!.events.map((event) => event.bufferSeconds)).toEqual([0, 0, 0, 4, 4, 4, 0, 4, 4, 4, 7, 0]);
    expect(log!.events[0]!.throughput).toBe(2.6e6);
    expect(log!.events[3]!.throughput).toBe(8e6);
  });
});

test('P53 pauses and seeks of the viewer are noted, and when play goes on', () => {
  const run = new LoggedHost({}, 0, 1);
  run.start(0, 0, 0, 0, { breaks: [
    { kind: 'pause', afterUs: 2 * S, lengthUs: 10 * S }, { kind: 'seek', afterUs: 3 * S, byUs: 8 * S },
  ] });
  run.arrive(0.5 * S, 0, 1, 'manifest');
  run.arrive(1 * S, 0, 2, 'segment');
  for (const seconds of [3, 13, 14]) run.wake(seconds * S, 0);
  expect(run.logger.logs()[0]!.events.slice(5).map(({ seconds, kind }) => [seconds, kind])).toEqual([
    [1, 'playing'], [3, 'paused'], [13, 'playing'], [14, 'requested'], [14, 'seeking'],
  ]);
});

test('P50 the first session of each class from a time on is logged, and no other', () => {
  const run = new LoggedHost({}, 5 * S, 4);
  run.start(4 * S, 0, 0, 0); // too early
  run.start(5 * S, 1, 1, 1);
  run.start(6 * S, 2, 2, 0);
  run.start(7 * S, 3, 3, 1); // the second of its class
  [0, 1, 2, 3].forEach((slot) => run.arrive(8 * S, slot, slot + 1, 'manifest'));
  expect(run.logger.logs().map(({ session, network, events }) => [session, network, events.length]))
    .toEqual([[1, 'wired', 3], [2, '3g', 3]]);
});

test('P50 the slot of a logged session may be taken by another without a trace', () => {
  const run = new LoggedHost({ stallPatience: '1s' }, 0, 1);
  run.start(0, 0, 0, 0);
  run.arrive(1 * S, 0, 1, 'manifest');
  run.arrive(2 * S, 0, 2, 'segment');
  run.wake(6 * S, 0);
  run.wake(7 * S, 0);
  run.start(8 * S, 0, 1, 0);
  run.arrive(9 * S, 0, 4, 'manifest');
  const logs = run.logger.logs();
  expect(logs.length).toBe(1);
  expect(logs[0]!.events.at(-1)).toMatchObject({ seconds: 7, kind: 'ended', reason: 'leftStalled' });
});

test('P50 nobody is logged from never on', () => {
  const run = new LoggedHost({}, Infinity, 1);
  run.start(0, 0, 0, 0);
  run.arrive(1 * S, 0, 1, 'manifest');
  expect(run.logger.logs()).toEqual([]);
});
