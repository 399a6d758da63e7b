import { quantity } from '../../core/quantity.ts';

const DASH = 'cited: dash.js 5.1.1, as Sabre';

/** Half-lives of the throughput estimate: the lower of two means counts. */
export const halfLifeParams = {
  fastHalfLife: quantity('duration', {
    doc: 'Half-life of the quick mean of throughput, in time of transfer; the lower of the two means counts.',
    source: `${DASH} (throughputFastHalfLifeSeconds 3)`, min: '1ms',
  }).prefault('3s'),
  slowHalfLife: quantity('duration', {
    doc: 'Half-life of the slow mean of throughput, in time of transfer.',
    source: `${DASH} (throughputSlowHalfLifeSeconds 8)`, min: '1ms',
  }).prefault('8s'),
};

/** Share of the estimate that the throughput rule uses. */
export const safetyParam = quantity('ratio', {
  doc: 'Share of the throughput estimate that is used.', source: `${DASH} (bandwidthSafetyFactor 0.9)`,
  min: '0.05', max: '2',
}).prefault('0.9');
