import { expect, test } from 'vitest';
import {
  Buffer, createFacility, Entities, Event, Interrupted, Model, Processes, Store, type Process, type Steps,
} from './index.ts';

/** A model, its processes, and a log of who did what when. */
function world() {
  const model = new Model({ seed: 1 });
  const processes = new Processes(model);
  const log: string[] = [];
  const say = (text: string): number => log.push(`${text}@${model.time}`);
  return { model, processes, log, say };
}

test('seize, hold and release, with patience and refusal', () => {
  const { model, processes, log, say } = world();
  const desk = createFacility(model, 'desk', { servers: 1, capacity: 3 });
  function* customer(self: Process, name: string, patience: number): Steps {
    if (!(yield* self.seize(desk, 0, patience))) {
      say(`${name} left`);
      return;
    }
    say(`${name} begins`);
    yield* self.hold(2);
    self.release(desk);
    say(`${name} ends`);
  }
  processes.start((self) => customer(self, 'a', 9));
  processes.start((self) => customer(self, 'b', 9), 0.5);
  processes.start((self) => customer(self, 'c', 1), 1);
  processes.start((self) => customer(self, 'd', 1), 1);
  model.run(10);
  expect(log).toEqual(['a begins@0', 'd left@1', 'a ends@2', 'b begins@2', 'c left@2', 'b ends@4']);
  expect([desk.served, desk.reneged, desk.refused, processes.alive]).toEqual([2, 1, 1, 0]);
});

test('an interrupted service says what is still owed', () => {
  const { model, processes, log, say } = world();
  const lathe = createFacility(model, 'lathe', { servers: 1 });
  const worker = processes.start(function* (self) {
    let owed = 5;
    while (owed > 0) {
      try {
        yield* self.use(lathe, owed);
        owed = 0;
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
        owed = error.owed;
        say(`${error.reason}, ${owed} owed`);
        yield* self.hold(1);
      }
    }
    say('done');
  });
  processes.start(function* (self) {
    yield* self.hold(3);
    expect(worker.interrupt('breakdown')).toBe(true);
    expect(worker.interrupt('again')).toBe(false);
  });
  model.run(10);
  expect(log).toEqual(['breakdown, 2 owed@3', 'done@6']);
});

test('buffer: amounts are handed out whole and in order', () => {
  const { model, processes, log, say } = world();
  const tank = new Buffer(model, 'tank', { capacity: 10, level: 4 });
  const take = (name: string, amount: number, delay: number): void => void processes.start(function* (self) {
    yield* self.get(tank, amount);
    say(name);
  }, delay);
  take('big', 8, 0);
  take('small', 1, 1);
  processes.start(function* (self) {
    yield* self.hold(2);
    yield* self.put(tank, 5);
    yield* self.put(tank, 10);
    say('full');
  });
  processes.start(function* (self) {
    yield* self.hold(4);
    tank.get(-1, 0);
  });
  model.run(10);
  expect(log).toEqual(['big@2', 'small@2', 'full@2']);
  expect([tank.level, tank.getters.waiting.max, tank.meanLevel]).toEqual([10, 2e6, (2 * 4 + 8 * 10) / 10]);
});

test('store: the oldest item that will do, and no waiting behind one whose item is not there', () => {
  const { model, processes, log, say } = world();
  const shelf = new Store<string>(model, 'shelf', { capacity: 2, filters: [(item) => item.startsWith('b')] });
  processes.start(function* (self) {
    say(`wants b: ${yield* self.take(shelf, 1)}`);
  });
  processes.start(function* (self) {
    say(`wants any: ${yield* self.take(shelf)}`);
  });
  processes.start(function* (self) {
    yield* self.hold(1);
    for (const item of ['apple', 'cherry', 'date', 'banana']) {
      yield* self.deposit(shelf, item);
      say(`brought ${item}`);
    }
  });
  model.run(5);
  expect(log).toEqual(['brought apple@1', 'wants any: apple@1', 'brought cherry@1', 'brought date@1']);
  shelf.get(9);
  model.run(6);
  expect(log.slice(4)).toEqual(['brought banana@5', 'wants b: banana@5']);
  expect(shelf.items).toEqual(['date']);
  expect(() => shelf.get(1, 2)).toThrow(/no filter/);
});

test('event: signal one, broadcast to all, fire for good', () => {
  const { model, processes, log, say } = world();
  const gate = new Event(model, 'gate');
  for (const name of ['a', 'b', 'c']) {
    processes.start(function* (self) {
      yield* self.wait(gate);
      say(name);
    });
  }
  processes.start(function* (self) {
    yield* self.hold(1);
    gate.signal();
    yield* self.hold(1);
    gate.broadcast();
    expect(gate.signal()).toBe(false);
    gate.fire();
    yield* self.wait(gate);
    say('no wait');
    gate.clear();
    yield* self.wait(gate);
  });
  model.run(5);
  expect(log).toEqual(['a@1', 'b@2', 'c@2', 'no wait@2']);
  expect([gate.waiters.size, gate.stays]).toEqual([1, false]);
});

test('passivate until activated; a hold can be cut short', () => {
  const { model, processes, log, say } = world();
  const sleeper = processes.start(function* (self) {
    yield* self.passivate();
    say('awake');
    yield* self.hold(100);
    say('again');
  });
  processes.start(function* (self) {
    yield* self.hold(1);
    sleeper.activate();
    yield* self.hold(1);
    sleeper.activate();
  });
  model.run(5);
  expect(log).toEqual(['awake@1', 'again@2']);
});

test('a model with live processes says that it cannot be saved', () => {
  const { model, processes } = world();
  processes.start(function* (self) {
    yield* self.hold(3);
  });
  model.run(1);
  expect(() => model.save()).toThrow(/generators cannot be copied/);
  model.run(3);
  expect(() => model.save()).not.toThrow();
});

test('buffers, stores, events and entities are saved and restored', () => {
  const build = () => {
    const model = new Model({ seed: 1 });
    const log: string[] = [];
    const parts = {
      tank: new Buffer(model, 'tank', { got: (who, amount) => log.push(`${who} got ${amount}`) }),
      shelf: new Store<string>(model, 'shelf', { got: (who, item) => log.push(`${who} got ${item}`) }),
      gate: new Event(model, 'gate', (who) => log.push(`${who} passed`)),
      people: new Entities(model, 'people', ['age']),
    };
    return { model, log, ...parts };
  };
  const first = build();
  first.tank.get(1, 3);
  first.shelf.get(2);
  first.gate.wait(3);
  const person = first.people.create();
  first.people.column('age').array[person] = 44;
  const second = build();
  second.model.restore(structuredClone(first.model.save()));
  expect(second.people.column('age').array[person]).toBe(44);
  expect(second.people.create()).not.toBe(person);
  second.people.remove(person);
  expect(second.people.create()).toBe(person);
  expect(() => first.people.remove(5)).toThrow(/is there/);
  second.tank.put(9, 4);
  second.shelf.put(9, 'book');
  second.gate.broadcast();
  expect(second.log).toEqual(['1 got 3', '2 got book', '3 passed']);
  expect(first.log).toEqual([]);
  second.model.checkLaws();
});

test('entities grow, and keep their attributes', () => {
  const people = new Entities(new Model({ seed: 1 }), 'people', ['age']);
  const age = people.column('age');
  for (let i = 0; i < 100; i++) age.array[people.create()] = i;
  expect([people.size, age.array[99]]).toEqual([100, 99]);
  expect(() => people.column('height')).toThrow(/there are age/);
});
