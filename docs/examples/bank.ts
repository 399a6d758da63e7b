// A bank with one line and three tellers. Customers come two a minute, a visit to a teller takes 1.2
// minutes.
import { Exponential } from '../../models/core/distributions/exponential.ts';
import { createFacility, Model, poissonArrivals, Source } from '../../sim/model/index.ts';

const MINUTE_US = 60e6;
const model = new Model({ seed: 42, unitUs: MINUTE_US });

const tellers = createFacility(model, 'tellers', { servers: 3, service: new Exponential({ mean: 1.2 }) });
new Source(model, 'door', poissonArrivals(2), (customer) => void tellers.arrive(customer));

// The first hour fills the bank; what is measured begins after it.
model.run(60);
model.resetStatistics();
model.run(60 + 8 * 60);

console.log(`customers served    ${tellers.served}`);
console.log(`mean wait           ${model.inUnits(tellers.waiting.mean).toFixed(3)} min (theory 1.294)`);
console.log(`longest wait        ${model.inUnits(tellers.waiting.max).toFixed(3)} min`);
console.log(`tellers busy        ${(100 * tellers.utilisation).toFixed(1)} %`);
console.log(`mean number in line ${tellers.meanQueue.toFixed(3)}`);
