import type { Us } from '../models/core/units.ts';
import type { FaultParams } from '../models/operations/faults/params.ts';
import { isPipelineFault, type PipelineFault } from '../models/operations/faults/pipeline-params.ts';
import type { ActionParams } from '../models/operations/runbook/params.ts';
import { isPipelineAction, type PipelineAction } from '../models/operations/runbook/pipeline-params.ts';
import type { Dispatcher } from '../models/transcode/dispatcher.ts';
import type { TaskQueue } from '../models/transcode/queue.ts';
import type { TranscodingPlan } from '../scenarios/plan.ts';
import type { DeferredNotices } from './deferred-notices.ts';
import type { EncoderFaults } from './encoder-faults.ts';
import type { FarmLevers } from './farm-levers.ts';
import type { Levers } from './incidents.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import type { SimulatedUploads } from './uploads.ts';

/** What the levers of the pipeline pull at. */
export interface PipelineLeverSetup {
  readonly plan: TranscodingPlan;
  readonly loop: EventLoop;
  readonly uploads: SimulatedUploads;
  readonly farm: FarmLevers;
  readonly encoders: EncoderFaults;
  readonly queue: TaskQueue;
  readonly dispatcher: Dispatcher;
  readonly notices: DeferredNotices;
  /** Waiting chunks are to be given out, after what else happens now. */
  readonly dispatchSoon: () => void;
}

/** What can be broken and mended between an upload and its renditions while a scenario runs. */
export class PipelineLevers implements Levers {
  readonly detection = 0;
  readonly #setup: PipelineLeverSetup;

  constructor(setup: PipelineLeverSetup) {
    this.#setup = setup;
  }

  breaks(fault: FaultParams): boolean {
    return isPipelineFault(fault);
  }

  mends(action: ActionParams): boolean {
    return isPipelineAction(action);
  }

  /** A fault begins, to last until a time. */
  begin(fault: PipelineFault, until: Us): void {
    const { plan, loop, uploads, farm, encoders } = this.#setup;
    const from = loop.now;
    switch (fault.kind) {
      case 'uploadApiErrors': {
        const { ramp, share, delay, call } = fault;
        return uploads.faults.addToApi({ from, until, ramp, share, delay, status: 500 }, call);
      }
      case 'uploadStoreOutage':
        uploads.faults.addToStore(
          { from, until, ramp: fault.ramp, share: fault.share, delay: 0, status: 503 });
        return uploads.interrupt();
      case 'importBurst':
        return uploads.import(plan.scenario.faults.indexOf(fault), fault);
      case 'workerCrashes':
        return encoders.crash(fault, until);
      case 'gpuFailures':
        return farm.breakGpus(fault.share, until, fault.pool);
      case 'spotStorm':
        return farm.reclaim(fault.share, fault.duration);
      case 'encoderDeploy':
        return encoders.deploy(fault, until);
      default:
        fault satisfies never;
    }
  }

  /** Faults of the pipeline end by their time. */
  end(_fault: PipelineFault): void {
    // Nothing is held that would have to be let go.
  }

  foundOut(_fault: PipelineFault, _began: boolean): void {
    // Nothing finds out of itself.
  }

  /** Somebody does something about it. */
  act(action: PipelineAction): void {
    const { uploads, farm, encoders, dispatcher, loop } = this.#setup;
    switch (action.action) {
      case 'queueUploads':
        return uploads.deferred.switch(action.on);
      case 'rollback':
        encoders.rollback(action.on);
        return uploads.faults.rollback(action.on);
      case 'scaleWorkers':
        return farm.scale(action.factor, action.pool, action.coldStart);
      case 'spotBurst':
        return farm.burst(action.machines, action.pool, action.coldStart);
      case 'replaceWorkers':
        return farm.replaceFailing(action.coldStart);
      case 'prioritise':
        return this.#prioritise(action);
      case 'skipProblematic':
        return dispatcher.holdAfter(action.on ? action.after : Infinity);
      case 'deferWebhooks':
        return this.#setup.notices.switch(action.on);
      case 'requeueFailed':
        dispatcher.release(loop.now);
        return this.#setup.dispatchSoon();
      default:
        action satisfies never;
    }
  }
  #prioritise({ order, tier, importsLast }: Extract<PipelineAction, { action: 'prioritise' }>): void {
    const { plan, queue } = this.#setup;
    const { tiers } = plan.scenario.upload.creators;
    queue.choose({
      ...(order === undefined ? {} : { order }),
      ...(tier === undefined ? {} : { firstTier: tiers.findIndex(({ name }) => name === tier) }),
      ...(importsLast ? { importsLast } : {}),
    });
  }
}
