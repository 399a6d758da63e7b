// Shortest remaining service first against first come first served, on the same arrivals and the same
// services.
import { BoundedPareto } from '../../models/core/distributions/bounded-pareto.ts';
import { createFacility, Model, poissonArrivals, Source } from '../../sim/model/index.ts';

const service = new BoundedPareto({ shape: 1.5, low: 0.4, high: 100 });
const load = 0.8;

for (const discipline of ['fifo', 'shortest-remaining'] as const) {
  const model = new Model({ seed: 11 });
  const server = createFacility(model, 'server', { servers: 1, discipline, service });
  new Source(model, 'jobs', poissonArrivals(load / service.mean), (job) => void server.arrive(job));
  model.run(200_000);
  const mean = model.inUnits(server.sojourn.mean).toFixed(2);
  const worst = model.inUnits(server.sojourn.max).toFixed(0);
  console.log(`${discipline.padEnd(18)} mean ${mean.padStart(6)} s, worst ${worst.padStart(5)} s`);
}
