import { assert } from '../../models/core/assert.ts';
import type { Distribution } from '../../models/core/distributions/distribution.ts';
import { Exponential } from '../../models/core/distributions/exponential.ts';
import type { RandomStream } from '../../models/core/rng.ts';

/** When customers come, in the model's own unit of time; it keeps no state of its own. */
export interface ArrivalProcess {
  /**
   * The next time of arrival after `now`, when `count` have come before; Infinity when none comes any more.
   */
  next(now: number, count: number, stream: RandomStream): number;
}

/** Independent intervals of one law between arrivals. */
export function renewalArrivals(interval: Distribution): ArrivalProcess {
  return { next: (now, _count, stream) => now + interval.sample(stream) };
}

/** Poisson arrivals, `rate` of them a unit of time. */
export function poissonArrivals(rate: number): ArrivalProcess {
  assert(rate > 0 && rate < Infinity, 'a Poisson process has a positive rate', { rate });
  return renewalArrivals(new Exponential({ mean: 1 / rate }));
}

/**
 * Poisson arrivals whose rate at time t is rate(t), never above `maxRate`; by thinning (Lewis and Shedler
 * 1979).
 */
export function nonHomogeneousArrivals(rate: (time: number) => number, maxRate: number): ArrivalProcess {
  assert(maxRate > 0 && maxRate < Infinity, 'thinning needs a positive greatest rate', { maxRate });
  const next = (now: number, _count: number, stream: RandomStream): number => {
    for (let at = now; ;) {
      at += stream.exponential(1 / maxRate);
      const wanted = rate(at);
      const good = wanted >= 0 && wanted <= maxRate;
      assert(good, 'the rate lies between 0 and the greatest rate', { at, wanted, maxRate });
      if (stream.uniform() * maxRate < wanted) return at;
    }
  };
  return { next };
}

/** Arrivals at given times, ascending, as from a log. */
export function traceArrivals(times: ArrayLike<number>): ArrivalProcess {
  for (let i = 0; i < times.length; i++) {
    const good = times[i]! >= (i === 0 ? 0 : times[i - 1]!) && times[i]! < Infinity;
    assert(good, 'the times of a trace are finite and ascend from 0', { index: i, time: times[i] });
  }
  return { next: (_now, count) => (count < times.length ? times[count]! : Infinity) };
}
