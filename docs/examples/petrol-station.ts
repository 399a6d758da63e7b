// A petrol station: cars take their fill out of a tank, a lorry refills it when it runs low, and each car
// wants a pump of its own kind of fuel, which a store with filters hands out.
import { Buffer, Model, Processes, Store, type Process, type Steps } from '../../sim/model/index.ts';

interface Pump {
  readonly name: string;
  readonly fuel: 'petrol' | 'diesel';
}

const model = new Model({ seed: 4, unitUs: 60e6 });
const processes = new Processes(model);
const tank = new Buffer(model, 'tank', { capacity: 2000, level: 600 });
const isPetrol = (pump: Pump): boolean => pump.fuel === 'petrol';
const isDiesel = (pump: Pump): boolean => pump.fuel === 'diesel';
const pumps = new Store<Pump>(model, 'pumps', { filters: [isPetrol, isDiesel] });
const cars = model.stream('cars');
let filled = 0;

function* car(self: Process): Steps {
  const filter = cars.uniform() < 0.7 ? 1 : 2;
  const litres = 20 + 30 * cars.uniform();
  const pump = yield* self.take(pumps, filter);
  yield* self.get(tank, litres);
  yield* self.hold(2 + litres / 20);
  yield* self.deposit(pumps, pump);
  filled++;
}

function* traffic(self: Process): Steps {
  for (;;) {
    yield* self.hold(cars.exponential(2));
    processes.start(car);
  }
}

function* lorry(self: Process): Steps {
  for (;;) {
    yield* self.hold(10);
    if (tank.level > 300) continue;
    console.log(`${model.time.toFixed(0).padStart(4)} min: lorry is called, ${tank.level.toFixed(0)} l left`);
    yield* self.hold(20);
    yield* self.put(tank, 1500);
  }
}

processes.start(function* (self) {
  const all = [['A', 'petrol'], ['B', 'petrol'], ['C', 'diesel']] as const;
  for (const [name, fuel] of all) yield* self.deposit(pumps, { name, fuel });
});
processes.start(traffic);
processes.start(lorry);
model.run(8 * 60);
console.log(`cars filled ${filled}, waiting for a pump ${pumps.getters.size}`);
console.log(`mean wait for a pump ${model.inUnits(pumps.getters.waiting.mean).toFixed(2)} min`);
console.log(`mean wait for fuel   ${model.inUnits(tank.getters.waiting.mean).toFixed(2)} min`);
