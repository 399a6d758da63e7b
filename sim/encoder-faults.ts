import type { RandomStream, RandomStreams } from '../models/core/rng.ts';
import type { Us } from '../models/core/units.ts';
import type { PipelineFault } from '../models/operations/faults/pipeline-params.ts';
import { CODECS, type TaskTable } from '../models/transcode/task.ts';
import type { EventLoop } from './kernel/event-loop.ts';

/** Workers that crash as long as it lasts. */
interface CrashLoop {
  readonly from: Us;
  readonly until: Us;
  readonly share: number;
  /** Name of the pool of a fleet; undefined for all. */
  readonly pool: string | undefined;
  readonly crashAfter: Us;
  readonly noticedAfter: Us;
  readonly isDeploy: boolean;
}

/** Videos that an encoder fails as long as it is deployed. */
interface PoisonousDeploy {
  readonly from: Us;
  readonly until: Us;
  readonly ramp: Us;
  readonly share: number;
  /** Number of the codec; -1 for all. */
  readonly codec: number;
}

/** A worker of a fleet, as crash loops see it. */
export interface FrailWorker {
  readonly pool: string;
  readonly openedAt: Us;
  /** Where it stands among all, from 0 to 1: those below the share of a crash loop are in it. */
  readonly frailty: number;
}

/** Copied state of the faults of encoders. */
export interface EncoderFaultsState {
  readonly loops: readonly CrashLoop[];
  readonly deploys: readonly PoisonousDeploy[];
  readonly isBack: boolean;
}

/** What faults do to encodes: workers that crash, and an encoder that cannot take some videos. */
export class EncoderFaults {
  readonly #loop: EventLoop;
  readonly #tasks: TaskTable;
  readonly #times: RandomStream;
  readonly #salt: number;
  #loops: CrashLoop[] = [];
  #deploys: PoisonousDeploy[] = [];
  /** Whether deploys have been taken back. */
  #isBack = false;

  constructor(tasks: TaskTable, loop: EventLoop, streams: RandomStreams) {
    this.#tasks = tasks;
    this.#loop = loop;
    this.#times = streams.stream('faults/crash');
    this.#salt = streams.stream('faults/deploy').integer(2 ** 31);
  }

  /** Workers crash from now on. */
  crash(fault: Extract<PipelineFault, { kind: 'workerCrashes' }>, until: Us): void {
    const { share, pool, crashAfter, noticedAfter, cause } = fault;
    const isDeploy = cause === 'deploy';
    if (isDeploy) this.#deployed();
    this.#loops.push({ from: this.#loop.now, until, share, pool, crashAfter, noticedAfter, isDeploy });
  }

  /** An encoder that fails some videos is deployed now. */
  deploy({ ramp, share, codec }: Extract<PipelineFault, { kind: 'encoderDeploy' }>, until: Us): void {
    this.#deployed();
    const of = codec === undefined ? -1 : CODECS.indexOf(codec);
    this.#deploys.push({ from: this.#loop.now, until, ramp, share, codec: of });
  }

  /** Deploys are taken back, or come again: what crashes for another reason goes on crashing. */
  rollback(on: boolean): void {
    this.#isBack = on;
  }

  /** Workers that crash for their hardware are there no more. */
  replaced(): void {
    this.#loops = this.#loops.filter(({ isDeploy }) => isDeploy);
  }

  /** Share of the workers of a pool that crash now, and the part of it that is the hardware's. */
  get crashing(): { readonly share: number; readonly hardware: number } {
    const most = (loops: readonly CrashLoop[]) => Math.max(0, ...loops.map((one) => one.share));
    const now = this.#current();
    return { share: most(now), hardware: most(now.filter(({ isDeploy }) => !isDeploy)) };
  }

  /** Whether a worker of a fleet crashes now; those that came since do so only for a deploy. */
  isCrashing({ pool, openedAt, frailty }: FrailWorker, forHardware = false): boolean {
    return this.#current().some((loop) => frailty < loop.share && (loop.pool ?? pool) === pool
      && (loop.isDeploy ? !forHardware : openedAt <= loop.from));
  }

  /** How long after its start a crashing worker's work is known to be lost. [us] */
  lostAfter(): Us {
    const [loop] = this.#current();
    if (loop === undefined) return 0;
    return Math.round(this.#times.exponential(loop.crashAfter)) + loop.noticedAfter;
  }

  /** Whether the encoder that is deployed now fails a task: of a video all tries do, or none. */
  fails(task: number): boolean {
    const { now } = this.#loop;
    return !this.#isBack && this.#deploys.some(({ from, until, ramp, share, codec }) => {
      if (now < from || now >= until) return false;
      if (codec >= 0 && this.#tasks.columns.codec[task] !== codec) return false;
      const strength = ramp > 0 ? Math.min(1, (now - from) / ramp) : 1;
      return this.#placeOf(task) < share * strength;
    });
  }

  save(): EncoderFaultsState {
    return { loops: [...this.#loops], deploys: [...this.#deploys], isBack: this.#isBack };
  }

  restore(state: EncoderFaultsState): void {
    this.#loops = [...state.loops];
    this.#deploys = [...state.deploys];
    this.#isBack = state.isBack;
  }

  /** Something is deployed: what was taken back before is gone for good. */
  #deployed(): void {
    if (!this.#isBack) return;
    this.#isBack = false;
    this.#deploys = [];
    this.#loops = this.#loops.filter(({ isDeploy }) => !isDeploy);
  }

  #current(): CrashLoop[] {
    const { now } = this.#loop;
    return this.#loops.filter(({ from, until, isDeploy }) =>
      now >= from && now < until && !(isDeploy && this.#isBack));
  }

  /** Where a task's video stands among all, from 0 to 1: a hash of what no two videos share. */
  #placeOf(task: number): number {
    const c = this.#tasks.columns;
    let hash = this.#salt;
    for (const part of [c.user[task]!, c.deadline[task]!, c.content[task]! * 2 ** 40]) {
      hash = mixed(mixed(hash, part % 2 ** 32), Math.floor(part / 2 ** 32));
    }
    return (hash >>> 0) / 2 ** 32;
  }
}

/**
 * Numbers from 0 to 1 of which, in any row of them, a share is below that share but for one or two: Weyl's
 * sequence from a first one on. So a tenth of twenty workers are two, and not none or five by chance.
 */
export function spread(first: number, index: number): number {
  return (first + index * GOLDEN) % 1;
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** MurmurHash3's avalanche over one word more. */
function mixed(hash: number, word: number): number {
  let h = Math.imul(hash ^ word, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
