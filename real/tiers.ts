import type { CacheTierParams } from '../models/cdn/params.ts';
import type { Us } from '../models/core/units.ts';
import { ConstantBandwidth } from '../models/network/trace.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import type { CacheParentConfig } from './cache-config.ts';
import { CacheHandle, type CacheReport } from './cache-handle.ts';
import type { Supervisor } from './children.ts';
import type { RunClock } from './clock.ts';
import type { RealLink, RealLinks } from './links.ts';
import type { MarkKind } from './metric-tape.ts';
import type { Stage } from './stage.ts';

/** A tier of real caches. */
export type RealTier = 'edge' | 'regional';

/**
 * The real CDN: edge and regional caches as processes, each behind a link with the latency and capacity the
 * scenario gives it, in front of the object store. An endpoint that is not ours is reached as it is. A cache
 * may be killed and started again, empty, as another process.
 */
export class RealTiers {
  readonly #supervisor: Supervisor;
  /** The processes that there are now, by place. */
  readonly #now: Readonly<Record<RealTier, CacheHandle[]>>;
  /** All that there ever were. */
  readonly #all: CacheHandle[];
  /** Each edge's way to its parent. */
  readonly #ways: readonly RealLink[];
  #clock: RunClock | undefined;

  private constructor(
    supervisor: Supervisor, edge: CacheHandle[], regional: CacheHandle[], ways: readonly RealLink[],
  ) {
    this.#supervisor = supervisor;
    this.#now = { edge, regional };
    this.#all = [...edge, ...regional];
    this.#ways = ways;
  }

  static async start(
    supervisor: Supervisor,
    plan: ScenarioPlan,
    stage: Stage,
    links: RealLinks,
  ): Promise<RealTiers> {
    const { edge, regional, origin } = plan.scenario.cdn;
    const regionals = await startTier(
      supervisor,
      'regional',
      regional,
      async (): Promise<CacheParentConfig> => {
        if (stage.minio === undefined) return { kind: 's3', endpoint: stage.endpoint, bucket: stage.bucket };
        const server = Number(new URL(stage.endpoint.url).port);
        const link = await links.open(new ConstantBandwidth(regional.uplink, origin.latency), server);
        return {
          kind: 's3',
          endpoint: { ...stage.endpoint, url: `http://127.0.0.1:${link.port}` },
          bucket: stage.bucket,
        };
      },
    );
    const ways: RealLink[] = [];
    const edges = await startTier(supervisor, 'edge', edge, async (i): Promise<CacheParentConfig> => {
      const parent = regionals[i % regionals.length]!;
      const link = await links.open(new ConstantBandwidth(edge.uplink, regional.latency), parent.port);
      ways.push(link);
      return { kind: 'http', host: '127.0.0.1', port: link.port };
    });
    return new RealTiers(supervisor, edges, regionals, ways);
  }

  /** Ports on which the edges listen, by place. */
  edgePorts(): number[] {
    return this.#now.edge.map(({ port }) => port);
  }

  /** Places of a tier. */
  places(tier: RealTier): number {
    return this.#now[tier].length;
  }

  /** The run begins. */
  async go(clock: RunClock): Promise<void> {
    this.#clock = clock;
    await Promise.all(this.#all.map((cache) => cache.go(clock)));
  }

  /** Kills the process of a place. */
  async kill(tier: RealTier, place: number): Promise<void> {
    await this.#now[tier][place]!.kill();
  }

  /** Starts an empty cache in a place whose process was killed; who asked the old one asks it. */
  async startAgain(tier: RealTier, place: number): Promise<void> {
    const before = this.#now[tier][place]!;
    const [, , again = '1'] = before.config.component.split('-');
    const component = `${tier}-${place}-${Number(again) + 1}`;
    const handle = await CacheHandle.start(this.#supervisor, { ...before.config, component });
    if (this.#clock !== undefined) await handle.go(this.#clock);
    this.#all.push(handle);
    this.#now[tier][place] = handle;
    if (tier === 'edge') return;
    this.#ways.forEach((way, edge) => {
      if (edge % this.#now.regional.length === place) way.retarget(handle.port);
    });
  }

  /** Reads the metrics of every cache under a nominal time. */
  mark(kind: MarkKind, atUs: Us): void {
    for (const cache of this.#all) cache.mark(kind, atUs);
  }

  /** Collects what every cache measured and recorded. */
  async finish(): Promise<CacheReport[]> {
    return Promise.all(this.#all.map((cache) => cache.finish()));
  }

  /** What every cache was configured with. */
  configs() {
    return this.#all.map((cache) => cache.config);
  }

  /** Rejects as soon as a cache process that was there from the start ends by itself. */
  failed(): Promise<never> {
    return Promise.race(this.#all.map((cache) => cache.failed()));
  }
}

async function startTier(
  supervisor: Supervisor,
  tier: string,
  params: CacheTierParams,
  parentOf: (node: number) => Promise<CacheParentConfig>,
): Promise<CacheHandle[]> {
  const handles: CacheHandle[] = [];
  for (let node = 0; node < params.nodes; node++) {
    handles.push(
      await CacheHandle.start(supervisor, {
        component: `${tier}-${node}`,
        tier,
        storage: {
          policy: params.policy,
          tuning: params.tuning,
          admission: params.admission,
          memory: params.memory,
        },
        capacity: params.capacity,
        behaviour: params.behaviour,
        parent: await parentOf(node),
        parentLimitMs: PARENT_LIMIT_MS,
      }),
    );
  }
  return handles;
}

const PARENT_LIMIT_MS = 30_000;
