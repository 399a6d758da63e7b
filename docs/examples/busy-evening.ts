// A day of a video service: the rate of arrivals swings, and is highest at eight in the evening. No queue,
// just viewers.
import { Lognormal } from '../../models/core/distributions/lognormal.ts';
import { createFacility, Model, nonHomogeneousArrivals, Source } from '../../sim/model/index.ts';

const model = new Model({ seed: 12, unitUs: 3600e6 });
const rate = (hour: number): number => 500 * (1 + 0.8 * Math.cos((2 * Math.PI * (hour - 20)) / 24));

const viewers = createFacility(model, 'viewers', {
  servers: Infinity,
  service: new Lognormal({ mean: 0.7, variation: 1 }),
});
new Source(model, 'visits', nonHomogeneousArrivals(rate, 900), (visit) => void viewers.arrive(visit));

model.run(24);
for (let hour = 0; hour < 24; hour += 3) {
  model.resetStatistics();
  model.run(24 + hour + 3);
  const bar = '#'.repeat(Math.round(viewers.meanInside / 20));
  const hours = `${String(hour).padStart(2)}-${String(hour + 3).padStart(2)} h`;
  console.log(`${hours} ${viewers.meanInside.toFixed(0).padStart(4)} ${bar}`);
}
