import type { ProbeParams } from './params.ts';

/** What a probe can look at. */
export interface ProbeWorld {
  /** An indicator over a span before now; undefined when nothing was observed. */
  sli(name: string, overUs: number): number | undefined;
  /** Whether a condition holds: an alert that fires, or PromQL that gives something. */
  holds(condition: string): boolean;
}

/** What a probe found. */
export interface ProbeOutcome {
  readonly name: string;
  /** The indicator, or whether the condition held; null when nothing was observed. */
  readonly output: number | boolean | null;
  /** In words: `cdn_availability > 0.99 over 300 s`. */
  readonly tolerance: string;
  /** Whether it holds; a probe that sees nothing does not. */
  readonly met: boolean;
}

/** Probes looked at together. */
export interface SteadyState {
  /** Since the run began. [s] */
  readonly seconds: number;
  readonly met: boolean;
  readonly probes: readonly ProbeOutcome[];
}

/** Looks at one thing. */
export function lookAt(probe: ProbeParams, world: ProbeWorld): ProbeOutcome {
  const { name, sli, below, above, promql, over } = probe;
  if (sli === undefined) {
    const met = world.holds(promql!);
    return { name, output: met, tolerance: promql!, met };
  }
  const output = world.sli(sli, over) ?? null;
  const met = output !== null && (below === undefined ? output > above! : output < below);
  const bound = below === undefined ? `> ${above!}` : `< ${below}`;
  return { name, output, tolerance: `${sli} ${bound} over ${over / 1e6} s`, met };
}

/** Looks at all of them. */
export function lookAtAll(probes: readonly ProbeParams[], world: ProbeWorld, seconds: number): SteadyState {
  const outcomes = probes.map((probe) => lookAt(probe, world));
  return { seconds, met: outcomes.every(({ met }) => met), probes: outcomes };
}
