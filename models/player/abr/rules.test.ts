import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contextOf } from './context.fixture.ts';
import { isAbandoning, KEEP } from './abandoning.ts';
import { RULE_PRESETS, rulePreset } from './presets.ts';
import { createAbrRule } from './registry.ts';
import type { AbrContext, AbrRule } from './rule.ts';

const S = 1e6;
const LADDER = [0.3e6, 0.75e6, 1.2e6, 1.85e6, 2.85e6, 4.3e6]; // Pensieve's ladder
const SEGMENT_US = 4 * S;
const BUFFER_MAX_US = 30 * S;
const NAMES = [...RULE_PRESETS.keys()];
/** Rules that judge transfers; BOLA-BASIC does not. */
const JUDGES = NAMES.filter((name) => isAbandoning(build(name)) && name !== 'bola-basic');
const ADAPTIVE = NAMES.filter((name) => !['fixed', 'highest'].includes(name));

function build(name: string, slots = 1): AbrRule {
  return createAbrRule(rulePreset(name)!, slots);
}

interface Step {
  readonly rendition: number;
  readonly bufferUs: number;
}

/** Plays `segments` over a link whose rate [bits/s] may change by segment, one request after the other. */
function play(rule: AbrRule, segments: number, rateOf: (segment: number) => number, slot = 0): Step[] {
  let [now, bufferUs, lastRendition] = [0, 0, -1];
  return Array.from({ length: segments }, (_, segment) => {
    const waitUs = Math.max(0, bufferUs + SEGMENT_US - BUFFER_MAX_US);
    now += waitUs;
    bufferUs -= waitUs;
    const rendition = rule.choose(contextOf({
      now, slot, bufferUs, bufferMaxUs: BUFFER_MAX_US, lastRendition, segment, segmentUs: SEGMENT_US,
      bitrates: LADDER,
    }));
    const step = { rendition, bufferUs };
    const transferUs = Math.round(((LADDER[rendition]! * 4) / rateOf(segment)) * S);
    rule.observe(slot, (LADDER[rendition]! * 4) / 8, 0.02 * S, transferUs);
    now += 0.02 * S + transferUs;
    bufferUs = Math.max(0, bufferUs - 0.02 * S - transferUs) + SEGMENT_US;
    lastRendition = rendition;
    return step;
  });
}

describe('every rule', () => {
  test.each(NAMES)('%s chooses from the ladder, says why, and starts afresh after a reset', (name) => {
    const rates = fc.array(fc.integer({ min: 50, max: 20_000 }), { minLength: 30, maxLength: 30 });
    fc.assert(fc.property(rates, (kbps) => {
      const rule = build(name);
      expect(rule.explain(0)).toMatch(/\S/);
      const rateOf = (segment: number): number => kbps[segment]! * 1e3;
      const first = play(rule, 30, rateOf);
      for (const { rendition } of first) {
        expect(Number.isInteger(rendition) && rendition >= 0 && rendition < LADDER.length).toBe(true);
      }
      expect(rule.explain(0)).toMatch(/rendition \d/);
      rule.reset(0);
      expect(play(rule, 30, rateOf)).toEqual(first);
    }), { seed: 17, numRuns: 30 });
  });

  test.each(NAMES)('%s keeps slots apart, and goes on the same after save and restore', (name) => {
    const [rule, alone] = [build(name, 2), build(name)];
    const rateOf = (segment: number): number => (1 + (segment % 7)) * 0.6e6;
    play(rule, 9, () => 9e6, 1);
    expect(play(rule, 20, rateOf)).toEqual(play(alone, 20, rateOf));
    const copy = build(name, 2);
    copy.restore(structuredClone(rule.save()));
    expect([copy.explain(1), copy.estimate(1)]).toEqual([rule.explain(1), rule.estimate(1)]);
    expect(copy.save()).toEqual(rule.save());
  });

  test.each(ADAPTIVE)('%s takes the lowest on a link below all rungs, the highest far above', (name) => {
    const settled = (rate: number): number[] =>
      play(build(name), 60, () => rate).slice(-20).map(({ rendition }) => rendition);
    expect(settled(0.2e6)).toEqual(Array(20).fill(0));
    expect(settled(60e6)).toEqual(Array(20).fill(5));
  });

  test.each(ADAPTIVE)('%s settles near what the link carries and does not stall there', (name) => {
    for (const [rung, rate] of [[1, 1.0e6], [2, 1.6e6], [3, 2.4e6], [4, 3.6e6]] as const) {
      const steady = play(build(name), 120, () => rate).slice(-60);
      const mean = steady.reduce((sum, { rendition }) => sum + LADDER[rendition]!, 0) / steady.length;
      expect(mean, `${name} at ${rate}`).toBeGreaterThanOrEqual(LADDER[rung - 1]!);
      // The link carries what is played, and at most one buffer more is used up.
      const playedUs = steady.length * SEGMENT_US;
      expect(mean, `${name} at ${rate}`).toBeLessThanOrEqual(rate * (1 + BUFFER_MAX_US / playedUs));
      expect(Math.min(...steady.map(({ bufferUs }) => bufferUs))).toBeGreaterThan(0);
    }
  });
});

// hls.js promises no such thing: with 1 s buffered, at 1.3 Mbps the lowest comes in time and is taken; at 0.8
// Mbps none does, and it takes the highest that is late by 4 s at most.
test.each(['hybrid', 'throughput', 'shaka', 'dashjs'])(
  '%s takes no lower rendition after a faster transfer', (name) => {
    const situation = fc.record({
      kbps: fc.tuple(fc.integer({ min: 300, max: 9000 }), fc.integer({ min: 300, max: 9000 })),
      bufferS: fc.integer({ min: 0, max: 17 }), last: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(fc.property(situation, ({ kbps, bufferS, last }) => {
      const [slow, fast] = [Math.min(...kbps), Math.max(...kbps)].map((rate) => {
        const rule = build(name);
        rule.observe(0, (rate * 1e3 * 5) / 8, 0.02 * S, 5 * S);
        return rule.choose(contextOf({
          now: 60 * S, bufferUs: bufferS * S, lastRendition: last, segment: 9, bitrates: LADDER,
        }));
      });
      expect(fast).toBeGreaterThanOrEqual(slow!);
    }), { seed: 11, numRuns: 200 });
  });

describe('rules that judge transfers', () => {
  const context = (bufferUs: number): AbrContext => contextOf({
    now: 60 * S, bufferUs, bufferMaxUs: BUFFER_MAX_US, lastRendition: 5, segment: 15,
    segmentUs: SEGMENT_US, bitrates: LADDER,
  });

  test.each(JUDGES)(
    '%s gives up a transfer that has all but stopped, and not one that is nearly there', (name) => {
      const rule = build(name);
      if (!isAbandoning(rule)) throw new Error('it judges');
      const size = (4.3e6 * 4) / 8;
      const slow = { rendition: 5, size, received: 0.02 * size, firstByteUs: 0.02 * S, elapsedUs: 6 * S };
      // Nothing is measured yet; hls.js judges by the transfer alone.
      if (name !== 'hlsjs') expect(rule.abandon(context(1 * S), slow)).toBe(KEEP);
      rule.reset(0);
      play(rule, 15, () => 6e6);
      const lower = rule.abandon(context(1 * S), slow);
      expect(lower).toBeGreaterThanOrEqual(0);
      expect(lower).toBeLessThan(5);
      const done = { ...slow, received: 0.99 * size, elapsedUs: 2 * S };
      expect(rule.abandon(context(10 * S), done)).toBe(KEEP);
      const before = rule.estimate(0);
      expect(rule.calmUs(context(1 * S), slow)).toBeLessThanOrEqual(0);
      rule.abandoned(context(1 * S), slow, lower);
      expect(rule.estimate(0)).toBeLessThan(before);
    });

  test.each(JUDGES)('%s never gives a transfer up while it is calm', (name) => {
    // Bytes come in spurts; at each look the rule says how long it will not mind.
    const spurts = fc.array(fc.record({ waitMs: fc.integer({ min: 1, max: 900 }), share: fc.nat(12) }),
      { minLength: 1, maxLength: 25 });
    const state = fc.record({
      spurts, firstByteMs: fc.nat(1500), bufferMs: fc.nat(26_000), rendition: fc.integer({ min: 1, max: 5 }),
      beforeKbps: fc.integer({ min: 300, max: 9000 }),
    });
    fc.assert(fc.property(state, ({ spurts: all, firstByteMs, bufferMs, rendition, beforeKbps }) => {
      const rule = build(name);
      if (!isAbandoning(rule)) throw new Error('it judges');
      play(rule, 15, () => beforeKbps * 1e3);
      const size = (LADDER[rendition]! * 4) / 8;
      let [elapsedUs, received, calmUntilUs] = [0, 0, 0];
      for (const { waitMs, share } of [{ waitMs: 0, share: 0 }, ...all]) {
        elapsedUs += waitMs * 1e3;
        const came = elapsedUs >= firstByteMs * 1e3 ? (size * share) / 100 : 0;
        received = Math.min(size * 0.999, received + came);
        const transfer = {
          rendition, size, received, elapsedUs, firstByteUs: received > 0 ? firstByteMs * 1e3 : elapsedUs,
        };
        const at = contextOf({
          now: 60 * S + elapsedUs, bufferUs: Math.max(0, bufferMs * 1e3 - elapsedUs),
          bufferMaxUs: BUFFER_MAX_US, lastRendition: rendition, segment: 15, bitrates: LADDER,
        });
        if (rule.abandon(at, transfer) !== KEEP) {
          expect(elapsedUs).toBeGreaterThanOrEqual(calmUntilUs - 1);
          return;
        }
        calmUntilUs = Math.max(calmUntilUs, elapsedUs + rule.calmUs(at, transfer));
      }
    }), { seed: 5, numRuns: 300 });
  });
});
