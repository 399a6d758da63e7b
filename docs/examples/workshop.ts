// A life told in one piece, as a generator: a worker whose lathe breaks down now and then, and a shift
// bell.
import { createFacility, Event, Interrupted, Model, Processes } from '../../sim/model/index.ts';
import type { Process, Steps } from '../../sim/model/index.ts';

const model = new Model({ seed: 10, unitUs: 3600e6 });
const processes = new Processes(model);
const lathe = createFacility(model, 'lathe', { servers: 1 });
const bell = new Event(model, 'bell');
const faults = model.stream('faults');
let parts = 0;

function* worker(self: Process): Steps {
  yield* self.wait(bell);
  console.log(`${model.time.toFixed(2)} h: the shift begins`);
  for (;;) {
    let owed = 0.75;
    while (owed > 0) {
      try {
        yield* self.use(lathe, owed);
        owed = 0;
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
        owed = error.owed;
        const left = `${owed.toFixed(2)} h of work left on the part`;
        console.log(`${model.time.toFixed(2)} h: ${error.reason}, ${left}`);
        yield* self.hold(0.5);
      }
    }
    parts++;
  }
}

const turner = processes.start(worker);
processes.start(function* (self) {
  yield* self.hold(1);
  bell.broadcast();
});
processes.start(function* (self) {
  yield* self.hold(1);
  for (;;) {
    yield* self.hold(faults.exponential(1.5));
    if (lathe.busy > 0) turner.interrupt('lathe broken');
  }
});
model.run(9);
console.log(`parts finished ${parts}, lathe at work ${(100 * lathe.utilisation).toFixed(0)} %`);
