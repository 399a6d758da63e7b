// One printer; the director's pages break into whatever is printing, and it goes on afterwards where it
// was.
import { createFacility, Model } from '../../sim/model/index.ts';

const model = new Model({ seed: 1 });
const names = ['thesis', 'memo', 'letter of the director'];

const printer = createFacility(model, 'printer', {
  servers: 1,
  discipline: 'preemptive-priority',
  started: (job) => console.log(`${model.time.toFixed(0).padStart(3)} s  begins or resumes: ${names[job]}`),
  served: (job) => console.log(`${model.time.toFixed(0).padStart(3)} s  done: ${names[job]}`),
});
const print = model.on((job, seconds) => {
  const priority = job === 2 ? 0 : 1;
  printer.use(job, model.us(seconds), priority);
});
model.after(model.us(0), print, 0, 100);
model.after(model.us(10), print, 1, 5);
model.after(model.us(30), print, 2, 20);
model.runToEnd();
console.log(`waited on average ${model.inUnits(printer.waiting.mean).toFixed(1)} s`);
