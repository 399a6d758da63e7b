// Ten machines run for eight hours on average, two repairers need one hour each time: a closed loop.
import { Exponential } from '../../models/core/distributions/exponential.ts';
import { createFacility, Model } from '../../sim/model/index.ts';

const model = new Model({ seed: 3, unitUs: 3600e6 });
const lives = model.stream('lives');

const repairers = createFacility(model, 'repairers', {
  servers: 2,
  service: new Exponential({ mean: 1 }),
  served: (machine) => run(machine),
});
// What happens later has a number: so the whole state can be saved.
const breaks = model.on((machine) => void repairers.arrive(machine));

function run(machine: number): void {
  model.after(model.us(lives.exponential(8)), breaks, machine);
}

for (let machine = 0; machine < 10; machine++) run(machine);
model.run(1000);

console.log(`machines running ${(10 - repairers.meanInside).toFixed(2)} of 10`);
console.log(`repairers busy   ${(100 * repairers.utilisation).toFixed(1)} %`);
console.log(`repairs          ${repairers.served}`);
