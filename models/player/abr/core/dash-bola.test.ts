import { describe, expect, test } from 'vitest';
import { KEEP, type Situation, type Transfer } from './core.ts';
import { DashBola } from './dash-bola.ts';
import { Ladder } from './ladder.ts';

// Utilities 1 + ln(1, 2, 4, 8); the buffer time of 18 s is 10 s and 2 s a rung.
const LADDER = new Ladder([1000, 2000, 4000, 8000], 4000);
const GP = Math.log(8) / 0.8;
const VP = 10_000 / GP;

/** Level from which dash.js takes a rung of twice the rate of the one below it. [ms] */
function turnsTo(rung: number): number {
  return VP * (GP + (rung - 2) * Math.LN2); // 2 u(i-1) - u(i), of utilities less one
}

/** One that goes by the buffer, without a placeholder, and has fetched the highest rung. */
function steady(): DashBola {
  const bola = new DashBola(1, 18_000);
  expect(bola.decide(at(18_000), 3)).toBe(3);
  return bola;
}

function at(bufferMs: number): Situation {
  return {
    slot: 0, ladder: LADDER, nowMs: 0, bufferMaxMs: 30_000, bufferMs, throughputKbps: 9000, latencyMs: 0,
    segment: 5, segmentsLeft: Infinity, lastRung: 0,
  };
}

function transfer(rung: number, ms: number, abandonTo = KEEP): Transfer {
  return { segment: 4, rung, sizeBits: 1, bits: 1, ms, firstByteMs: 0, abandonTo };
}

describe('BolaRule of dash.js', () => {
  test('takes each rung from the level on at which its score, by utility less one, is the best', () => {
    expect([1, 2, 3].map(turnsTo).map(Math.round)).toEqual([7333, 10_000, 12_667]);
    const bola = steady();
    for (const rung of [3, 2, 1]) {
      expect(bola.decide(at(turnsTo(rung) - 1), 3)).toBe(rung - 1);
      expect(bola.decide(at(turnsTo(rung) + 1), 3)).toBe(rung);
    }
  });

  test('starts by throughput, the placeholder makes up for the buffer, until a segment is there', () => {
    const bola = new DashBola(1, 18_000);
    expect(bola.decide(at(3999), 2)).toBe(2);
    expect(bola.explain(0, 5000)).toBe('rendition 2 is the highest that 5.00 Mbps bears at the start');
    expect(bola.decide(at(4000), 2)).toBe(2);
    // The placeholder fills up to where rung 2 is worth more than 1 by whole utilities, which is Vp higher.
    expect(bola.decide(at(4000), 3)).toBe(3);
    expect(bola.explain(0, 5000)).toBe(`rendition 3 scores best at a level of ${level(turnsTo(2) + VP)}`);
  });

  test('a climb beyond what throughput bears is held, but not below the last rung', () => {
    const bola = steady();
    bola.arrived(at(11_000), transfer(1, 1000));
    expect(bola.decide(at(16_000), 2)).toBe(2);
    bola.arrived(at(16_000), transfer(2, 1000));
    expect(bola.decide(at(16_000), 0)).toBe(2);
    expect(bola.explain(0, 900)).toBe(
      'rendition 3 scores best at a level of 16.0 s, but 0.90 Mbps holds the climb at 2');
  });

  test('a wait for room raises the level; with each segment a hundredth of it is forgotten', () => {
    const bola = steady();
    bola.waited(0, 5000);
    bola.waited(0, 3000); // only the last wait counts
    expect(bola.decide(at(turnsTo(3) - 3000 - 1), 3)).toBe(2);
    bola.arrived(at(12_000), transfer(2, 1000));
    expect(bola.decide(at(turnsTo(3) - 2970 - 1), 3)).toBe(2);
    expect(bola.decide(at(turnsTo(3) - 2970 + 1), 3)).toBe(3);
  });

  test('a stall empties the placeholder, a transfer given up holds it to a careful level', () => {
    const bola = steady();
    bola.waited(0, 9000);
    bola.decide(at(5000), 3);
    bola.arrived(at(9000), transfer(3, 2000, 1));
    // At most up to where rung 1 is preferred: 1 + ln gives 2 u(0) - u(1) = 1 - ln 2.
    const careful = VP * (GP + 1 - Math.LN2);
    expect(careful).toBeGreaterThan(turnsTo(2));
    expect(bola.decide(at(9000), 3)).toBe(2);
    expect(bola.explain(0, 9000)).toBe(`rendition 2 scores best at a level of ${level(careful)}`);
    bola.arrived(at(4000), transfer(2, 9000)); // nothing was left when it came
    expect(bola.decide(at(4000), 3)).toBe(0);
  });

  test('a ladder of one rung has nothing to decide', () => {
    const bola = new DashBola(1, 18_000);
    const only = { ...at(9000), ladder: new Ladder([1000], 4000) };
    bola.decide(only, 0);
    bola.arrived(only, transfer(0, 1000));
    expect(bola.decide(only, 0)).toBe(0);
  });
});

function level(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
