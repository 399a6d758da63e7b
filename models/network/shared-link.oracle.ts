import type { Us } from '../core/units.ts';
import type { Bandwidth } from './bandwidth.ts';

/** A start of `flow` with `bytes`, or a cancel of flow `cancels`, at a time. */
export interface LinkOperation {
  readonly at: Us;
  readonly flow: number;
  readonly bytes: number;
  readonly cancels: number | undefined;
}

/** When a flow finishes [µs], and its number. */
export type Finish = readonly [Us, number];

/**
 * Finishes under processor sharing, recomputed event by event in rational numbers: the slow
 * truth a shared link is held against. The bandwidth's bits must be whole at whole microseconds.
 */
export function exactFinishes(bandwidth: Bandwidth, operations: readonly LinkOperation[]): Finish[] {
  const finished: Finish[] = [];
  let flows: Array<{ readonly flow: number; left: Fraction; readonly startUs: Us }> = [];
  let linkBits = fraction(0n, 1n);

  const serve = (bits: Fraction): void => {
    const share = fraction(bits.over, bits.under * BigInt(flows.length));
    for (const flow of flows) flow.left = minus(flow.left, share);
  };
  const runUntil = (end: Fraction | undefined): void => {
    while (flows.length > 0) {
      const next = flows.reduce((least, flow) => (sign(minus(flow.left, least.left)) < 0 ? flow : least));
      const needed = fraction(next.left.over * BigInt(flows.length), next.left.under);
      const due = minus(linkBits, minus(fraction(0n, 1n), needed));
      if (end !== undefined && sign(minus(end, due)) < 0) break;
      serve(needed);
      linkBits = due;
      flows = flows.filter((flow) => flow !== next);
      const wholeBits = Number((due.over + due.under - 1n) / due.under);
      finished.push([Math.max(next.startUs, bandwidth.timeOfBits(wholeBits)), next.flow]);
    }
    if (end === undefined) return;
    if (flows.length > 0) serve(minus(end, linkBits));
    linkBits = end;
  };

  for (const { at, flow, bytes, cancels } of operations) {
    runUntil(fraction(BigInt(bandwidth.bitsUntil(at)), 1n));
    if (cancels !== undefined) flows = flows.filter((other) => other.flow !== cancels);
    else flows.push({ flow, left: fraction(BigInt(bytes * 8), 1n), startUs: at });
  }
  runUntil(undefined);
  return finished;
}

interface Fraction {
  readonly over: bigint;
  readonly under: bigint;
}

function fraction(over: bigint, under: bigint): Fraction {
  let a = over < 0n ? -over : over;
  let b = under;
  while (b > 0n) [a, b] = [b, a % b];
  return a === 0n ? { over: 0n, under: 1n } : { over: over / a, under: under / a };
}

function minus(a: Fraction, b: Fraction): Fraction {
  return fraction(a.over * b.under - b.over * a.under, a.under * b.under);
}

function sign(value: Fraction): number {
  return value.over < 0n ? -1 : value.over > 0n ? 1 : 0;
}
