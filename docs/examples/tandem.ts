// Orders are picked, then packed; packing has room for five, so that picking stops while packing is full.
import { Exponential } from '../../models/core/distributions/exponential.ts';
import { createFacility, Model, poissonArrivals, REFUSED, Source } from '../../sim/model/index.ts';

const model = new Model({ seed: 2, unitUs: 60e6 });
const blocked: number[] = [];
let blockages = 0;

const packing = createFacility(model, 'packing', {
  servers: 1,
  capacity: 5,
  service: new Exponential({ mean: 1 }),
  served: () => unblock(),
});
const picking = createFacility(model, 'picking', {
  servers: 1,
  service: new Exponential({ mean: 0.8 }),
  served: (order) => passOn(order),
});
new Source(model, 'orders', poissonArrivals(0.7), (order) => void picking.arrive(order));

function passOn(order: number): void {
  if (packing.inside < 5 && packing.arrive(order) !== REFUSED) return;
  // The picker stands with the order in hand: out of operation until there is room.
  blocked.push(order);
  blockages++;
  picking.setServers(0, 'finish');
}

function unblock(): void {
  const order = blocked.shift();
  if (order === undefined) return;
  packing.arrive(order);
  picking.setServers(1);
}

model.run(10_000);
console.log(`orders packed ${packing.served}, blocked ${blockages} times`);
console.log(`to be picked  ${picking.meanInside.toFixed(2)} on average`);
console.log(`to be packed  ${packing.meanInside.toFixed(2)} on average`);
