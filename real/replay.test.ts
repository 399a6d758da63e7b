import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatRecording, parseRecording, Recorder, type RecordingEntry } from './recording.ts';
import { replay } from './replay.ts';

// Five viewers of the Sintel trailer on wired, 4G and 3G traces, through a real edge, regional and MinIO.
// When a component is meant to decide differently, make it anew: weir real run first-light --out DIR,
// DIR/recording.jsonl.
const KEPT = join(import.meta.dirname, 'recordings', 'first-light.jsonl');
const text = readFileSync(KEPT, 'utf8');
const { header, entries } = parseRecording(text);

test('the kept recording of a real run replays to the same decisions, byte for byte', () => {
  const components = new Set(entries.map((entry) => entry.component));
  expect([...components].sort()).toEqual(['edge-0', 'players', 'regional-0']);
  const result = replay(header, entries);
  expect(result.difference).toBeUndefined();
  expect(result.inputs + result.calls).toBe(entries.length);
  expect(result.calls).toBeGreaterThan(200);
});

test('a decision that comes out differently is found and shown', () => {
  const index = entries.findIndex((entry) => 'input' in entry && entry.input.kind === 'segmentArrived');
  const slower = entries.map((entry, i): RecordingEntry => {
    if (i !== index || !('input' in entry) || entry.input.kind !== 'segmentArrived') return entry;
    return { ...entry, input: { ...entry.input, transferUs: entry.input.transferUs * 50 } };
  });
  const { difference } = replay(header, slower);
  expect(difference).toMatchObject({ component: 'players' });
  expect(difference!.recorded).toMatch(/request(Segment|Manifest)/);
  expect(difference!.replayed).not.toBe(difference!.recorded);
});

test('a recording reads back as it was written, endless patience included', () => {
  const recorder = new Recorder('players');
  const session = { session: 0, video: 0, watchUs: Infinity, startupPatienceUs: Infinity };
  recorder.input(5, { kind: 'sessionStarted', slot: 0, session });
  recorder.call('requestManifest', 0, 1, 0);
  recorder.settled(7);
  const other = new Recorder('edge-0');
  other.input(6, { kind: 'requested', requestId: 1, object: 0 });
  const written = formatRecording(header, [recorder.entries, other.entries]);
  const read = parseRecording(written);
  expect(read.header).toEqual(header);
  expect(read.entries.map((entry) => entry.now)).toEqual([5, 5, 6, 7]);
  expect(read.entries.filter((entry) => entry.component === 'players')).toEqual(recorder.entries);
});

test('a recording of another version is refused', () => {
  expect(() => parseRecording('{"schema":"weir.recording/9"}\n')).toThrow(
    /expected a recording of version .*\/2/,
  );
  expect(() => parseRecording('')).toThrow(/expected a recording/);
});
