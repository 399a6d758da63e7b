// Every job is done in two halves at two machines, and is finished when both are.
import { Exponential } from '../../models/core/distributions/exponential.ts';
import { createFacility, Entities, Model, poissonArrivals, Source } from '../../sim/model/index.ts';
import { Tally } from '../../sim/statistics/tally.ts';

const model = new Model({ seed: 6 });
const jobs = new Entities(model, 'jobs', ['since', 'halvesDone']);
const since = jobs.column('since');
const halvesDone = jobs.column('halvesDone');
const times = new Tally();

const machines = ['left', 'right'].map((name) => createFacility(model, name, {
  servers: 1,
  service: new Exponential({ mean: 1 }),
  served: (job) => join(job),
}));

function join(job: number): void {
  if (++halvesDone.array[job]! < 2) return;
  times.add(model.time - since.array[job]!);
  jobs.remove(job);
}

new Source(model, 'source', poissonArrivals(0.5), () => {
  const job = jobs.create();
  since.array[job] = model.time;
  halvesDone.array[job] = 0;
  for (const machine of machines) machine.arrive(job);
});
model.run(200_000);
console.log(`jobs ${times.count}, mean time ${times.mean.toFixed(3)} (exactly 2.875 in the long run)`);
console.log(`still open ${jobs.size}`);
