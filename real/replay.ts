import { toBehaviour } from '../models/cdn/behaviour-params.ts';
import { CacheNode } from '../models/cdn/cache-node.ts';
import type { CacheInput } from '../models/cdn/events.ts';
import { createStorage } from '../models/cdn/storage-params.ts';
import type { CacheNodePorts } from '../models/cdn/ports.ts';
import { RandomStreams } from '../models/core/rng.ts';
import { MetricSet } from '../models/core/metrics.ts';
import type { Us } from '../models/core/units.ts';
import type { PlayerInput } from '../models/player/events.ts';
import { PlayerFleet } from '../models/player/fleet.ts';
import { Recorder, type RecordedCache, type RecordingEntry, type RecordingHeader } from './recording.ts';

/** What came of a replay: how many decisions there were, and the first that came out differently. */
export interface ReplayResult {
  readonly inputs: number;
  readonly calls: number;
  /** undefined when every component asked for the same, in the same order. */
  readonly difference: ReplayDifference | undefined;
}

/** A place where a component asked for something else than it did when it was recorded. */
export interface ReplayDifference {
  readonly component: string;
  /** Line of the component's own part of the recording, from 0. */
  readonly index: number;
  readonly recorded: string;
  readonly replayed: string;
}

/**
 * Builds the components of a recording anew, gives them the recorded inputs, and compares what they ask for.
 */
export function replay(header: RecordingHeader, entries: readonly RecordingEntry[]): ReplayResult {
  const components = [replayedPlayers(header), ...header.caches.map(replayedCache)];
  let difference: ReplayDifference | undefined;
  for (const { recorder, deliver } of components) {
    const recorded = entries.filter((entry) => entry.component === recorder.component);
    for (const entry of recorded) {
      if (!('call' in entry)) deliver(entry);
    }
    difference ??= firstDifference(recorder.component, recorded, recorder.entries);
  }
  const calls = entries.filter((entry) => 'call' in entry).length;
  return { inputs: entries.length - calls, calls, difference };
}

interface Replayed {
  readonly recorder: Recorder;
  readonly deliver: (entry: Exclude<RecordingEntry, { readonly call: unknown }>) => void;
}

function replayedPlayers({ players }: RecordingHeader): Replayed {
  const recorder = new Recorder(players.component);
  const media = {
    bitrates: () => players.bitrates,
    heights: () => players.heights,
    segmentUs: () => players.segmentUs,
    segmentCount: () => players.segments,
  };
  const fleet = new PlayerFleet(
    players.params,
    players.slots,
    players.renditions,
    media,
    {
      requestManifest: (...args) => recorder.call('requestManifest', ...args),
      requestSegment: (...args) => recorder.call('requestSegment', ...args),
      cancelRequest: (...args) => recorder.call('cancelRequest', ...args),
      sessionEnded: (...args) => recorder.call('sessionEnded', ...args),
    },
    new MetricSet(),
  );
  return {
    recorder,
    deliver: (entry) => {
      if ('settled' in entry) {
        recorder.settled(entry.now);
        fleet.settleAll(entry.now);
      } else given(recorder, entry.now, entry.input as PlayerInput, (now, input) => fleet.handle(now, input));
    },
  };
}

function replayedCache({ component, tier, storage, capacity, behaviour }: RecordedCache): Replayed {
  const recorder = new Recorder(component);
  const streams = new RandomStreams(1, 0);
  const policies = createStorage(storage, capacity, (use) => streams.stream(`${component}/${use}`));
  const setup = { tier, ...policies, behaviour: toBehaviour(behaviour) };
  const ports: CacheNodePorts = {
    respond: (...args) => recorder.call('respond', ...args),
    answerEnded: (requestId, whole) => recorder.call('answerEnded', requestId, Number(whole)),
    respondFailure: (...args) => recorder.call('respondFailure', ...args),
    fetchFromParent: (fetch, object, conditional, first, last) =>
      recorder.call('fetchFromParent', fetch, object, Number(conditional), first, last),
    evicted: (...args) => recorder.call('evicted', ...args),
  };
  const node = new CacheNode(setup, ports, new MetricSet());
  return {
    recorder,
    deliver: (entry) => {
      if ('input' in entry)
        given(recorder, entry.now, entry.input as CacheInput, (now, input) => node.handle(now, input));
    },
  };
}

function given<Input extends PlayerInput | CacheInput>(
  recorder: Recorder,
  now: Us,
  input: Input,
  handle: (now: Us, input: Input) => void,
): void {
  recorder.input(now, input);
  handle(now, input);
}

function firstDifference(
  component: string,
  recorded: readonly RecordingEntry[],
  replayed: readonly RecordingEntry[],
): ReplayDifference | undefined {
  for (let index = 0; index < Math.max(recorded.length, replayed.length); index++) {
    const [before, after] = [recorded[index], replayed[index]].map(
      (entry) => JSON.stringify(entry) ?? 'nothing',
    );
    if (before !== after) return { component, index, recorded: before!, replayed: after! };
  }
  return undefined;
}
