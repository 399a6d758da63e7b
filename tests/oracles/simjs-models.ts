import { loadSimJs, type SimJsRequest } from '../../bench/simjs.ts';

/** What these models need of simjs 2.0.3 besides what the benchmarks use. */
interface SimJs {
  readonly Random: new (seed: number) => { exponential(rate: number): number };
  readonly Facility: (new (name: string, discipline: number, servers: number) => Facility) & {
    readonly FCFS: number;
    readonly PS: number;
  };
  readonly Entity: new (...args: readonly unknown[]) => Entity;
  readonly Sim: new () => { addEntity(entity: new () => Entity): void; simulate(endTime: number): void };
}

interface Entity {
  time(): number;
  setTimer(duration: number): SimJsRequest;
  useFacility(facility: Facility, duration: number): SimJsRequest;
}

interface Facility {
  systemStats(): { readonly durationSeries: { average(): number } };
}

/** Mean time inside M/M/c or M/M/1-PS by simjs, from an empty station until `end`; unit mean service. */
export async function facilityInSimJs(
  discipline: 'FCFS' | 'PS', { servers, lambda, end, seed }: SimJsRun & { readonly servers: number },
): Promise<number> {
  const { Sim, Entity, Facility, Random } = await load();
  const random = new Random(seed);
  const station = new Facility('station', Facility[discipline], servers);
  class Source extends Entity {
    start(): void {
      this.setTimer(random.exponential(lambda)).done(arrive, this);
    }
  }
  function arrive(this: Source): void {
    this.useFacility(station, random.exponential(1)).done(nothing, this);
    this.setTimer(random.exponential(lambda)).done(arrive, this);
  }
  const sim = new Sim();
  sim.addEntity(Source);
  sim.simulate(end);
  return station.systemStats().durationSeries.average();
}

/**
 * Mean times inside by class of M/M/1 with non-preemptive priorities on the clock and the event list of
 * simjs, whose facilities know no priorities: the lines are written out here. Class k arrives at the rate
 * lambdas[k].
 */
export async function prioritiesInSimJs(
  lambdas: readonly number[], { end, seed }: Omit<SimJsRun, 'lambda'>,
): Promise<number[]> {
  const { Sim, Entity, Random } = await load();
  const random = new Random(seed);
  const lines: number[][] = lambdas.map(() => []);
  const totals = lambdas.map(() => 0);
  const counts = lambdas.map(() => 0);
  let free = true;
  const serve = (server: Entity): void => {
    const index = lines.findIndex((line) => line.length > 0);
    free = index < 0;
    if (free) return;
    const since = lines[index]!.shift()!;
    server.setTimer(random.exponential(1)).done(depart, { server, index, since });
  };
  interface Visit {
    readonly server: Entity;
    readonly index: number;
    readonly since: number;
  }
  function depart(this: Visit): void {
    totals[this.index]! += this.server.time() - this.since;
    counts[this.index]!++;
    serve(this.server);
  }
  const sim = new Sim();
  lambdas.forEach((lambda, index) => {
    class Source extends Entity {
      start(): void {
        this.setTimer(random.exponential(lambda)).done(arrive, this);
      }
    }
    function arrive(this: Source): void {
      lines[index]!.push(this.time());
      if (free) serve(this);
      this.setTimer(random.exponential(lambda)).done(arrive, this);
    }
    sim.addEntity(Source);
  });
  sim.simulate(end);
  return totals.map((total, index) => total / counts[index]!);
}

/** A run of a simjs model. */
export interface SimJsRun {
  readonly lambda: number;
  readonly end: number;
  readonly seed: number;
}

async function load(): Promise<SimJs> {
  return (await loadSimJs()) as unknown as SimJs;
}

function nothing(): void {}
