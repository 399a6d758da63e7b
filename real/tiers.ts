import type { CacheTierParams } from '../models/cdn/params.ts';
import type { Us } from '../models/core/units.ts';
import { ConstantBandwidth } from '../models/network/trace.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import type { CacheParentConfig } from './cache-config.ts';
import { CacheHandle, type CacheReport } from './cache-handle.ts';
import type { Supervisor } from './children.ts';
import type { RunClock } from './clock.ts';
import type { RealLinks } from './links.ts';
import type { MarkKind } from './metric-tape.ts';
import type { Stage } from './stage.ts';

/**
 * The real CDN: edge and regional caches as processes, each behind a link with the latency and capacity the
 * scenario gives it, in front of the object store. An endpoint that is not ours is reached as it is.
 */
export class RealTiers {
  readonly edges: readonly CacheHandle[];
  readonly #all: readonly CacheHandle[];

  private constructor(edges: readonly CacheHandle[], regionals: readonly CacheHandle[]) {
    this.edges = edges;
    this.#all = [...edges, ...regionals];
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
        if (!stage.ownStore) return { kind: 's3', endpoint: stage.endpoint, bucket: stage.bucket };
        const server = Number(new URL(stage.endpoint.url).port);
        const link = await links.open(new ConstantBandwidth(regional.uplink, origin.latency), server);
        return {
          kind: 's3',
          endpoint: { ...stage.endpoint, url: `http://127.0.0.1:${link.port}` },
          bucket: stage.bucket,
        };
      },
    );
    const edges = await startTier(supervisor, 'edge', edge, async (i): Promise<CacheParentConfig> => {
      const parent = regionals[i % regionals.length]!;
      const link = await links.open(new ConstantBandwidth(edge.uplink, regional.latency), parent.port);
      return { kind: 'http', host: '127.0.0.1', port: link.port };
    });
    return new RealTiers(edges, regionals);
  }

  /** The run begins. */
  async go(clock: RunClock): Promise<void> {
    await Promise.all(this.#all.map((cache) => cache.go(clock)));
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

  /** Rejects as soon as a cache process ends. */
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
