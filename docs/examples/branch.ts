// One run is warmed up and saved; from that state two futures branch: as it is, and with a server more.
import { Exponential } from '../../models/core/distributions/exponential.ts';
import { createFacility, Model, poissonArrivals, Source } from '../../sim/model/index.ts';

function build() {
  const model = new Model({ seed: 21 });
  const desks = createFacility(model, 'desks', { servers: 4, service: new Exponential({ mean: 1 }) });
  new Source(model, 'door', poissonArrivals(3.8), (customer) => void desks.arrive(customer));
  return { model, desks };
}

const warm = build();
warm.model.run(2000);
console.log(`saved at ${warm.model.time} s with ${warm.desks.inside} customers inside`);
const state = warm.model.save();

for (const servers of [4, 5]) {
  const { model, desks } = build();
  model.restore(state);
  model.resetStatistics();
  desks.setServers(servers);
  model.run(4000);
  const wait = model.inUnits(desks.waiting.mean).toFixed(3);
  console.log(`${servers} servers: mean wait ${wait} s, inside at the end ${desks.inside}`);
}
