// A web server shares its four cores among all requests. The mean time does not ask how service times are
// spread.
import { Constant } from '../../models/core/distributions/constant.ts';
import { Exponential } from '../../models/core/distributions/exponential.ts';
import { Hyperexponential } from '../../models/core/distributions/hyperexponential.ts';
import { createFacility, Model, poissonArrivals, Source, type Discipline } from '../../sim/model/index.ts';

const MS = 1000;
const laws = [
  ['constant', new Constant({ value: 10 })],
  ['exponential', new Exponential({ mean: 10 })],
  ['hyperexponential', new Hyperexponential({ mean: 10, variation: 2 })],
] as const;

console.log('service            shared   in turn   [ms from request to answer, load 80 %]');
for (const [name, service] of laws) {
  const times = (['processor-sharing', 'fifo'] as const).map((discipline) => answerTime(discipline, service));
  console.log(`${name.padEnd(18)} ${times.map((time) => time.toFixed(2).padStart(6)).join('    ')}`);
}

function answerTime(discipline: Discipline, service: (typeof laws)[number][1]): number {
  const model = new Model({ seed: 5, unitUs: MS });
  const cores = createFacility(model, 'cores', { servers: 4, discipline, service });
  new Source(model, 'requests', poissonArrivals(0.32), (request) => void cores.arrive(request));
  model.run(10_000);
  model.resetStatistics();
  model.run(2_000_000);
  return model.inUnits(cores.sojourn.mean);
}
