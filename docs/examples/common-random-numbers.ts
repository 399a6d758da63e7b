// Is a second, slower teller worth more than a faster one? Two designs on the same customers: each stream
// of random numbers has a name, so both designs see the same arrivals and the same work, and most of the
// noise cancels out.
import { Exponential } from '../../models/core/distributions/exponential.ts';
import { estimateMean } from '../../models/core/statistics.ts';
import { createFacility, Model, poissonArrivals, Source } from '../../sim/model/index.ts';

const work = new Exponential({ mean: 1 });

function meanTime(servers: number, speed: number, seed: number, replication: number): number {
  const model = new Model({ seed, replication });
  const desks = createFacility(model, 'desks', { servers });
  const amounts = model.stream('work');
  new Source(model, 'door', poissonArrivals(0.8), (customer) => {
    desks.use(customer, model.us(work.sample(amounts) / speed));
  });
  model.run(5000);
  return model.inUnits(desks.sojourn.mean);
}

for (const [name, otherSeed] of [['independent', 2], ['common', 1]] as const) {
  const differences = Array.from({ length: 20 }, (_, replication) => {
    return meanTime(2, 0.6, 1, replication) - meanTime(1, 1.2, otherSeed, replication);
  });
  const { value, low, high } = estimateMean(differences);
  const interval = `${low!.toFixed(3)} .. ${high!.toFixed(3)}`;
  const longer = `two slow tellers take ${value.toFixed(3)} longer (${interval})`;
  console.log(`${name.padEnd(11)} random numbers: ${longer}`);
}
