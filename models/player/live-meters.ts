import type { MetricHandle, MetricSet } from '../core/metrics.ts';
import { US_PER_S, type Us } from '../core/units.ts';
import * as metrics from './metrics.ts';

/** Handles of a fleet with live videos into the run's metrics, bound once. */
export class LiveMeters {
  readonly #set: MetricSet;
  readonly #latency: MetricHandle;
  readonly #seeks: MetricHandle;
  readonly #speeds: Readonly<Record<'normal' | 'fast' | 'slow', MetricHandle>>;

  constructor(set: MetricSet) {
    this.#set = set;
    this.#latency = set.bind(metrics.liveLatencySeconds);
    this.#seeks = set.bind(metrics.liveEdgeSeeks);
    const speed = (name: string) => set.bind(metrics.livePlaySeconds, name);
    this.#speeds = { normal: speed('normal'), fast: speed('fast'), slow: speed('slow') };
  }

  /** A picture is shown so long after it was filmed. */
  shown(latencyUs: Us): void {
    this.#set.observe(this.#latency, latencyUs / US_PER_S);
  }

  /** Time played at a speed, and at the normal one. */
  played(speed: number, takesUs: Us, normalUs: Us): void {
    if (takesUs > 0) this.#set.add(this.#speeds[speed > 1 ? 'fast' : 'slow'], takesUs / US_PER_S);
    this.#set.add(this.#speeds.normal, normalUs / US_PER_S);
  }

  /** A player has gone back to its hold-back. */
  sought(): void {
    this.#set.add(this.#seeks, 1);
  }
}
