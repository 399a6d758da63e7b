// Coaches bring 20 to 50 visitors at once to a museum with four ticket desks; at most 150 fit into the
// hall.
import { Erlang } from '../../models/core/distributions/erlang.ts';
import { Uniform } from '../../models/core/distributions/uniform.ts';
import { createFacility, Model, poissonArrivals, Source } from '../../sim/model/index.ts';

const model = new Model({ seed: 8, unitUs: 60e6 });
const desks = createFacility(model, 'desks', {
  servers: 4,
  capacity: 150,
  service: new Erlang({ phases: 3, mean: 0.5 }),
});
const coaches = new Source(model, 'coaches', poissonArrivals(0.2), (visitor) => void desks.arrive(visitor), {
  batch: new Uniform({ low: 20, high: 50 }),
});
model.run(10 * 60);
console.log(`visitors ${coaches.customers}, turned away ${desks.refused}`);
console.log(`wait: mean ${model.inUnits(desks.waiting.mean).toFixed(2)} min, ` +
  `longest ${model.inUnits(desks.waiting.max).toFixed(2)} min`);
console.log(`most in the hall at once ${desks.maxInside}`);
