import { Fingerprint } from '../models/core/fingerprint.ts';
import { GrowableFloat64 } from '../models/core/growable.ts';
import { Exponential } from '../models/core/distributions/exponential.ts';
import { RandomStreams } from '../models/core/rng.ts';
import { createEventList } from '../sim/kernel/default-event-list.ts';
import { createFacility, Model, poissonArrivals, Source } from '../sim/model/index.ts';
import { loadSimJs, type SimJs } from './simjs.ts';
import { answerLines } from './worker-lines.ts';

/**
 * An M/M/1 station at 90 % load with the statistics of waiting times, each run from an empty station. Run as
 * `node mm1-worker.ts ours|facility|simjs <seed>`.
 */
async function main([kind, seed]: readonly string[]): Promise<void> {
  if (kind === 'simjs') {
    const simjs = await loadSimJs();
    await answerLines((customers) => mm1SimJs(simjs, customers, Number(seed)));
  } else if (kind === 'facility') {
    await answerLines((customers) => mm1Facility(customers, Number(seed)));
  } else {
    await answerLines((customers) => mm1(customers, Number(seed)));
  }
}

const LOAD = 0.9;
const MEAN_SERVICE_US = 1e6;
const ARRIVAL = 0;
const DEPARTURE = 1;

interface Run {
  readonly meanWait: number;
  readonly meanNumber: number;
  readonly hash: string;
}

/**
 * The modelling layer: the same station as a user of Weir writes it, for the time so many customers take to
 * come.
 */
function mm1Facility(customers: number, seed: number): Run {
  const model = new Model({ seed, unitUs: MEAN_SERVICE_US });
  const station = createFacility(model, 'station', {
    servers: 1, service: new Exponential({ mean: 1 }),
  });
  new Source(model, 'door', poissonArrivals(LOAD), (customer) => void station.arrive(customer));
  model.run(customers / LOAD);
  return {
    meanWait: model.inUnits(station.waiting.mean),
    meanNumber: station.meanQueue + station.utilisation,
    hash: model.loop.fingerprint,
  };
}

/**
 * Ours: every waiting time is kept, the number in the system is weighted with time, the history is hashed.
 */
function mm1(customers: number, seed: number): Run {
  const streams = new RandomStreams(seed, 0);
  const arrivals = streams.stream('arrivals');
  const services = streams.stream('services');
  const list = createEventList();
  const fingerprint = new Fingerprint();
  const waits = new GrowableFloat64(1024);
  const arrivedAt = new GrowableFloat64(1024);
  let inSystem = 0;
  let area = 0;
  let since = 0;
  const serve = (now: number): void => {
    waits.push(now - arrivedAt.array[waits.length]!);
    list.schedule(now + Math.round(services.exponential(MEAN_SERVICE_US)), DEPARTURE, waits.length, 0);
  };
  list.schedule(0, ARRIVAL, 0, 0);
  while (list.pop()) {
    const { time, code } = list;
    fingerprint.add(time, code, list.entity);
    area += inSystem * (time - since);
    since = time;
    if (code === ARRIVAL) {
      arrivedAt.push(time);
      if (inSystem++ === 0) serve(time);
      if (arrivedAt.length < customers) {
        const next = time + Math.round(arrivals.exponential(MEAN_SERVICE_US / LOAD));
        list.schedule(next, ARRIVAL, arrivedAt.length, 0);
      }
    } else if (--inSystem > 0) {
      serve(time);
    }
  }
  let sum = 0;
  for (let i = 0; i < waits.length; i++) sum += waits.array[i]!;
  const meanWait = sum / waits.length / MEAN_SERVICE_US;
  return { meanWait, meanNumber: area / since, hash: fingerprint.digest() };
}

/** simjs: its facility keeps the same statistics by itself. */
function mm1SimJs({ Sim, Entity, Facility, Random }: SimJs, customers: number, seed: number): Run {
  const random = new Random(seed);
  const station = new Facility('station');
  let arrived = 0;
  class Source extends Entity {
    start(): void {
      arrive.call(this);
    }
  }
  function arrive(this: Source): void {
    arrived++;
    this.useFacility(station, random.exponential(1)).done(depart, this);
    if (arrived < customers) this.setTimer(random.exponential(LOAD)).done(arrive, this);
  }
  function depart(): void {}
  const sim = new Sim();
  sim.addEntity(Source);
  sim.simulate(Infinity);
  const meanWait = station.queueStats().durationSeries.average();
  return { meanWait, meanNumber: station.systemStats().sizeSeries.average(), hash: '' };
}

await main(process.argv.slice(2));
