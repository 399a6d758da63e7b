import { priceOf, type PriceList } from '../models/cost/price-list.ts';
import { resolvePools } from '../models/transcode/fleet-pools.ts';
import { CODECS } from '../models/transcode/task.ts';
import type { LimitProblem } from './limit-problem.ts';
import type { Scenario } from './schema.ts';

/**
 * What a fleet cannot do that the scenario asks of it: codecs without a pool, pools without an encoder, a
 * fidelity at which chunks start together.
 */
export function fleetLimits({ transcode }: Scenario): LimitProblem[] {
  const farm = transcode?.farm;
  if (transcode === undefined || farm?.kind !== 'fleet') return [];
  const problems: LimitProblem[] = [];
  const pools = resolvePools(farm);
  pools.forEach(({ params, engine, speeds }, i) => {
    if (speeds.some((speed) => speed !== undefined)) return;
    const path = ['transcode', 'farm', 'pools', i, 'machine'];
    const message = `expected machines with encoders: the ${engine} of ${params.machine} has no NVENC`;
    problems.push({ path, message });
  });
  if (transcode.fidelity === 'rendition') {
    // docs/decisions/0022: waits came out up to 15 % longer.
    problems.push({
      path: ['transcode', 'fidelity'],
      message: 'expected chunk on a farm of kind fleet, got rendition: chunks that start together idle the '
        + 'engines of a GPU together, which real ones do not; rendition is for a farm of kind pool',
    });
  }
  transcode.codecs.forEach(({ codec }, i) => {
    if (pools.some(({ speeds }) => speeds[CODECS.indexOf(codec)] !== undefined)) return;
    const able = codec === 'vp9' ? 'machines without a GPU' : codec === 'av1'
      ? 'L4, L40S or machines without a GPU' : 'machines with a GPU';
    problems.push({
      path: ['transcode', 'codecs', i, 'codec'],
      message: `expected a codec that a pool of transcode.farm encodes, got ${codec}: ${able} do`,
    });
  });
  return problems;
}

/** Machines that the scenario's price list has no price for. */
export function unpricedPools({ transcode }: Scenario, prices: PriceList | undefined): LimitProblem[] {
  const farm = transcode?.farm;
  if (prices === undefined || farm?.kind !== 'fleet') return [];
  return resolvePools(farm).flatMap(({ item }, i) => {
    if (priceOf(prices, item) !== undefined) return [];
    const path = ['transcode', 'farm', 'pools', i, 'machine'];
    return [{ path, message: `expected a machine that ${prices.name} has a price for: it has no ${item}` }];
  });
}
