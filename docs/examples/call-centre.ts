// A call centre: callers hang up when nobody answers in time, and half of the staff has lunch from noon to
// one.
import { Exponential } from '../../models/core/distributions/exponential.ts';
import { Lognormal } from '../../models/core/distributions/lognormal.ts';
import { createFacility, Model, poissonArrivals, Source } from '../../sim/model/index.ts';

const model = new Model({ seed: 7, unitUs: 60e6 });
const agents = createFacility(model, 'agents', {
  servers: 20,
  service: new Lognormal({ mean: 5, variation: 1.2 }),
  patience: new Exponential({ mean: 3 }),
});
new Source(model, 'calls', poissonArrivals(3.5), (call) => void agents.arrive(call));

const roster = model.on((staff) => agents.setServers(staff, 'finish'));
model.after(model.us(4 * 60), roster, 10);
model.after(model.us(5 * 60), roster, 20);

for (const [hour, name] of [[4, 'morning'], [5, 'lunch'], [9, 'afternoon']] as const) {
  model.resetStatistics();
  model.run(hour * 60);
  const lost = (100 * agents.reneged) / agents.arrivals;
  const wait = model.inUnits(agents.waiting.mean);
  const line = agents.meanQueue.toFixed(2);
  const hungUp = lost.toFixed(1).padStart(4);
  console.log(`${name.padEnd(9)} hung up ${hungUp} %, waited ${wait.toFixed(2)} min, in line ${line}`);
}
