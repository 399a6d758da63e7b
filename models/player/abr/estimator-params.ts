import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { US_PER_MS, type Us } from '../../core/units.ts';
import { Ewma } from '../estimator/ewma.ts';
import type { RateEstimator } from '../estimator/rate-estimator.ts';
import { WindowMean } from '../estimator/window-mean.ts';

const DASH = 'cited: dash.js 5.1.1, as Sabre';

/** How throughput is estimated from finished transfers. */
export const estimatorParams = {
  estimator: z.enum(['ewma', 'harmonic', 'sliding']).meta({
    description: 'Mean that stands for throughput: exponentially weighted (the lower of two half-lives), '
      + 'or of the last transfers, harmonic or arithmetic.',
    unit: 'name', source: `${DASH} (ewma); harmonic: MPC, FESTIVE`,
  }).prefault('ewma'),
  estimatorWindow: z.number().int().min(1).max(100).meta({
    description: 'Transfers that a harmonic or sliding mean is taken over.',
    unit: 'transfers', source: 'cited: Yin et al. 2015 (MPC), five',
  }).prefault(5),
  fastHalfLife: quantity('duration', {
    doc: 'Half-life of the quick mean of throughput, in time of transfer; the lower of the two means counts.',
    source: `${DASH} (throughputFastHalfLifeSeconds 3)`, min: '1ms',
  }).prefault('3s'),
  slowHalfLife: quantity('duration', {
    doc: 'Half-life of the slow mean of throughput, in time of transfer.',
    source: `${DASH} (throughputSlowHalfLifeSeconds 8)`, min: '1ms',
  }).prefault('8s'),
};

/** How throughput is estimated, parsed. */
export interface EstimatorParams {
  readonly estimator: 'ewma' | 'harmonic' | 'sliding';
  readonly estimatorWindow: number;
  readonly fastHalfLife: Us;
  readonly slowHalfLife: Us;
}

/** The estimator of a fleet's throughput, for samples that weigh their milliseconds of transfer. */
export function createEstimator(params: EstimatorParams, slots: number): RateEstimator {
  const { estimator, estimatorWindow, fastHalfLife, slowHalfLife } = params;
  if (estimator !== 'ewma') return new WindowMean(slots, estimatorWindow, estimator === 'harmonic');
  return new Ewma(slots, [fastHalfLife / US_PER_MS, slowHalfLife / US_PER_MS]);
}

/** Share of the estimate that the throughput rule uses. */
export const safetyParam = quantity('ratio', {
  doc: 'Share of the throughput estimate that is used.', source: `${DASH} (bandwidthSafetyFactor 0.9)`,
  min: '0.05', max: '2',
}).prefault('0.9');
