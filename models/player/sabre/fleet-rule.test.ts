import { describe, expect, test } from 'vitest';
import { KEEP, type Transfer } from '../abr/core/core.ts';
import { rulePreset } from '../abr/presets.ts';
import { fleetSession, runFleetRule } from './fleet-rule.ts';
import { runSabre, SABRE_LABELS, sabreSession } from './labels.ts';
import { LinkTrace } from './link.ts';
import { shippedMovie, shippedRuns, shippedTrace } from './reference.fixture.ts';

const movie = shippedMovie('bbb');
const links = linksOf('norway-3g');

describe('the rules of the fleet, beside Sabre', () => {
  test.each(['throughput', 'bolae', 'dynamicdash'])('%s decides alike when nothing is abandoned', (name) => {
    const setup = { ...SABRE_LABELS.get(name)!, abandonment: false };
    for (const link of links) {
      const sabre = runSabre(setup, movie, link, 25_000);
      const fleet = runFleetRule(rulePreset(name)!, movie, link, 25_000, false);
      expect([fleet.playedKbps, fleet.changeKbps]).toEqual([sabre.playedKbps, sabre.changeKbps]);
      expect(fleet.rebufferMs).toBeCloseTo(sabre.rebufferMs, 3);
    }
  });

  test.each([
    // Outages of 3G last longer than any choice can help; steps of a fixed line are what abandonment is for.
    ['norway-3g', 46, 0.95], ['fcc-sd', 60, 0.05],
  ])('on %s throughput stalls less when it follows its own abandonment', (folder, traces, share) => {
    const all = linksOf(folder);
    expect(all).toHaveLength(traces);
    const total = (stalls: readonly number[]): number => stalls.reduce((sum, ms) => sum + ms, 0);
    const setup = SABRE_LABELS.get('throughput')!;
    const sabre = total(all.map((link) => runSabre(setup, movie, link, 25_000).rebufferMs));
    const params = rulePreset('throughput')!;
    const fleet = total(all.map((link) => runFleetRule(params, movie, link, 25_000, true).rebufferMs));
    expect(fleet / sabre).toBeLessThan(share);
  });
});

describe('in an outage, when no byte comes', () => {
  const link = new LinkTrace([[20, 2e6], [60, 0], [600, 2e6]].map(([seconds, rate]) =>
    ({ durationUs: seconds! * 1e6, rate: rate!, latencyUs: 20_000 })), movie.ladder);
  const givenUpAt = (rule: string): number[] => {
    const at: number[] = [];
    const transferred = ({ abandonTo, ms }: Transfer, _at: unknown, startMs: number): void => {
      if (abandonTo !== KEEP) at.push((startMs + ms) / 1e3);
    };
    fleetSession(rulePreset(rule)!, movie, link, 25_000, true, { transferred }).session.run();
    return at;
  };

  test('hls.js gives a transfer up, as it looks by a timer', () => {
    expect(givenUpAt('hlsjs').some((seconds) => seconds > 20 && seconds < 79)).toBe(true);
  });

  test('dash.js waits for progress to look at', () => {
    expect(givenUpAt('dashjs').filter((seconds) => seconds > 20 && seconds < 79)).toEqual([]);
  });
});

describe('after an abandoned transfer', () => {
  const abandonedAndNext = (play: 'sabre' | 'fleet'): (readonly [Transfer, Transfer])[] => {
    const transfers: Transfer[] = [];
    const log = { transferred: (transfer: Transfer) => void transfers.push({ ...transfer }) };
    for (const link of links) {
      const { session } = play === 'sabre'
        ? sabreSession(SABRE_LABELS.get('throughput')!, movie, link, 25_000, log)
        : fleetSession(rulePreset('throughput')!, movie, link, 25_000, true, log);
      session.run();
    }
    return transfers.flatMap((transfer, i) =>
      transfer.abandonTo === KEEP ? [] : [[transfer, transfers[i + 1]!] as const]);
  };

  test('the segment is fetched at the rung it was given up for', () => {
    const pairs = abandonedAndNext('fleet');
    expect(pairs.length).toBeGreaterThan(100);
    for (const [abandoned, next] of pairs) {
      expect([next.segment, next.rung]).toEqual([abandoned.segment, abandoned.abandonTo]);
    }
  });

  test('Sabre asks the rule again, which often insists on the same rung', () => {
    const insists = abandonedAndNext('sabre').filter(([abandoned, next]) => next.rung === abandoned.rung);
    expect(insists.length).toBeGreaterThan(100);
  });
});

/** The shipped traces of a set, as scenarios have them. */
function linksOf(set: string): LinkTrace[] {
  const names = new Set(shippedRuns().filter(({ folder }) => folder === set).map(({ trace }) => trace));
  return [...names].map((trace) => new LinkTrace(shippedTrace(set, trace, false), movie.ladder));
}
