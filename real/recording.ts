import type { BehaviourParams } from '../models/cdn/behaviour-params.ts';
import type { CacheInput } from '../models/cdn/events.ts';
import type { StorageParams } from '../models/cdn/storage-params.ts';
import type { BitsPerS, Bytes, Us } from '../models/core/units.ts';
import type { PlayerInput } from '../models/player/events.ts';
import type { PlayerParams } from '../models/player/params.ts';

/** A call of a component to one of its ports, as recorded. */
export interface RecordedCall {
  readonly port: string;
  readonly args: readonly (number | string)[];
}

/**
 * One line of a recording: an input delivered to a component, or a call it made while it handled the last
 * one.
 */
export type RecordingEntry =
  | { readonly now: Us; readonly component: string; readonly input: PlayerInput | CacheInput }
  /** The counters were brought up to `now` for a sample. */
  | { readonly now: Us; readonly component: string; readonly settled: true }
  | { readonly now: Us; readonly component: string; readonly call: RecordedCall };

/** The first line of a recording: all it takes to build its components again. */
export interface RecordingHeader {
  readonly schema: typeof RECORDING_SCHEMA;
  readonly scenario: string;
  readonly players: {
    readonly component: string;
    readonly params: PlayerParams;
    readonly slots: number;
    readonly renditions: readonly string[];
    readonly bitrates: readonly BitsPerS[];
    readonly heights: readonly number[];
    readonly segmentUs: Us;
    readonly segments: number;
  };
  readonly caches: readonly RecordedCache[];
}

/** A cache node of a recording. */
export interface RecordedCache {
  /** Name of the node: `edge-0`. */
  readonly component: string;
  readonly tier: string;
  /** Policy, tuning and admission; memory is what a real cache has all its bytes in. */
  readonly storage: StorageParams;
  readonly capacity: Bytes;
  readonly behaviour: BehaviourParams;
}

/** Version of the recording's format; a reader refuses another. */
export const RECORDING_SCHEMA = 'weir.recording/2';

/** Keeps what one component was given and what it asked for, in order. */
export class Recorder {
  readonly component: string;
  readonly entries: RecordingEntry[] = [];
  #now: Us = 0;

  constructor(component: string) {
    this.component = component;
  }

  /** Notes an input that is about to be delivered. */
  input(now: Us, input: PlayerInput | CacheInput): void {
    this.#now = now;
    this.entries.push({ now, component: this.component, input });
  }

  /** Notes that the counters are about to be brought up to `now`. */
  settled(now: Us): void {
    this.#now = now;
    this.entries.push({ now, component: this.component, settled: true });
  }

  /** Notes a port call, made at the time of the last input. */
  call(port: string, ...args: readonly (number | string)[]): void {
    this.entries.push({ now: this.#now, component: this.component, call: { port, args } });
  }
}

/**
 * A recording as JSON lines: the header first, then the entries by time; those of one component stay in
 * order.
 */
export function formatRecording(
  header: RecordingHeader,
  parts: readonly (readonly RecordingEntry[])[],
): string {
  const entries = parts.flat().sort((a, b) => a.now - b.now); // stable
  return [header, ...entries].map((line) => `${toJson(line)}\n`).join('');
}

/** Reads a recording written by `formatRecording`; throws on another version. */
export function parseRecording(text: string): { header: RecordingHeader; entries: RecordingEntry[] } {
  const [first, ...rest] = text.split('\n').filter((line) => line !== '');
  const header = fromJson(first ?? '{}') as RecordingHeader;
  if (header.schema !== RECORDING_SCHEMA) {
    throw new Error(`expected a recording of version ${RECORDING_SCHEMA}, got ${String(header.schema)}`);
  }
  return { header, entries: rest.map((line) => fromJson(line) as RecordingEntry) };
}

/** JSON has no Infinity, which is how long a viewer watches who stays to the end. */
function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (item === Infinity ? INFINITE : item));
}

function fromJson(text: string): unknown {
  return JSON.parse(text, (_key, item: unknown) => (item === INFINITE ? Infinity : item));
}

const INFINITE = 'Infinity';
