import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MetricSet } from '../core/metrics.ts';
import { US_PER_S, type Us } from '../core/units.ts';
import * as metrics from './metrics.ts';
import { uploadParams } from './params.ts';
import { UPLOAD_SLIS } from './slis.ts';
import { Uploads } from './uploads.ts';

const S = US_PER_S;
const MB = 1e6;

/** Uploads with what they have asked for. */
function stage(settings: object = {}) {
  const asked: string[] = [];
  const set = new MetricSet();
  const params = uploadParams.parse({ part: { size: '64 MB', tries: 3, backoff: '1s' }, ...settings });
  const uploads: Uploads = new Uploads(params, {
    call: (slot, call) => asked.push(`${slot} ${call}`),
    send: (slot, parts) => asked.push(`${slot} send ${parts}`),
    completed: (slot) => asked.push(`${slot} completed`),
    ended: (slot, outcome) => asked.push(`${slot} ended ${outcome}`),
  }, set);
  const begin = (now: Us, bytes: number) => {
    const slot = uploads.open();
    uploads.started(now, slot, bytes);
    return slot;
  };
  const sli = (name: string) => UPLOAD_SLIS.find((one) => one.name === name)!.compute(set.view(1e12));
  return { uploads, asked, set, begin, sli };
}

test('an upload calls, sends its parts, calls to complete, and gives its title last', () => {
  const { uploads, asked, begin, sli } = stage();
  begin(0, 200 * MB);
  uploads.answered(1 * S, 0, true);
  uploads.stored(5 * S, 0, 3);
  uploads.stored(6 * S, 0, 1);
  uploads.answered(7 * S, 0, true);
  uploads.answered(8 * S, 0, true);
  expect(asked).toEqual([
    '0 init', '0 send 4', '0 complete', '0 completed', '0 metadata', '0 ended completed',
  ]);
  expect([uploads.active, sli('upload_success_rate')]).toEqual([0, 1]);
  expect(sli('upload_size_bytes_mean')).toBe(200 * MB);
  expect(sli('upload_duration_seconds_p50')).toBeCloseTo(7, 9);
});

describe('a part that fails', () => {
  test('is sent again with those after it, later each time, and tries count for it alone', () => {
    const { uploads, asked, begin } = stage();
    begin(0, 300 * MB);
    uploads.answered(0, 0, true);
    uploads.stored(10 * S, 0, 1);
    uploads.partFailed(10 * S, 0);
    expect(uploads.wakeAt(0)).toBe(11 * S);
    uploads.wake(11 * S, 0);
    uploads.partFailed(12 * S, 0);
    expect(uploads.wakeAt(0)).toBe(14 * S);
    uploads.wake(14 * S, 0);
    uploads.stored(15 * S, 0, 1);
    uploads.partFailed(16 * S, 0);
    expect(uploads.wakeAt(0)).toBe(17 * S);
    expect(asked).toEqual(['0 init', '0 send 5', '0 send 4', '0 send 4']);
  });

  test('three times ends the upload, which is a failure of the platform', () => {
    const { uploads, asked, begin, sli } = stage();
    begin(0, 1 * MB);
    uploads.answered(0, 0, true);
    for (const at of [1, 2, 4]) {
      uploads.partFailed(at * S, 0);
      if (at < 4) uploads.wake(uploads.wakeAt(0), 0);
    }
    expect(asked.at(-1)).toBe('0 ended parts');
    expect(sli('upload_success_rate')).toBe(0);
  });
});

test('a call that fails is tried again; without a title the video is there all the same', () => {
  const { uploads, asked, begin, sli } = stage({ api: { tries: 2 } });
  begin(0, 1 * MB);
  uploads.answered(0, 0, false);
  uploads.wake(uploads.wakeAt(0), 0);
  uploads.answered(2 * S, 0, true);
  uploads.stored(3 * S, 0, 1);
  uploads.answered(4 * S, 0, true);
  uploads.answered(5 * S, 0, false);
  uploads.wake(uploads.wakeAt(0), 0);
  uploads.answered(7 * S, 0, false);
  expect(asked.filter((line) => /init|metadata|ended/.test(line)))
    .toEqual(['0 init', '0 init', '0 metadata', '0 metadata', '0 ended completed']);
  expect(sli('upload_success_rate')).toBe(1);
  expect(sli('upload_api_success_rate')).toBe(2 / 5);
  begin(10 * S, 1 * MB);
  uploads.answered(10 * S, 0, false);
  uploads.wake(uploads.wakeAt(0), 0);
  uploads.answered(12 * S, 0, false);
  expect(asked.at(-1)).toBe('0 ended api');
});

describe('an upload that is refused', () => {
  test('comes again after what it is told, doubled each time up to the longest wait, and goes on', () => {
    const { uploads, asked, begin, sli } = stage({ api: { longestWait: '5min' } });
    begin(0, 1 * MB);
    const waits: number[] = [];
    let now = 0;
    for (let i = 0; i < 4; i++) {
      uploads.refused(now, 0, 60 * S);
      waits.push((uploads.wakeAt(0) - now) / S);
      now = uploads.wakeAt(0);
      uploads.wake(now, 0);
    }
    expect(waits).toEqual([60, 120, 240, 300]);
    uploads.answered(now, 0, true);
    uploads.stored(now + 5 * S, 0, 1);
    uploads.answered(now + 6 * S, 0, true);
    uploads.answered(now + 7 * S, 0, true);
    expect(asked.slice(-5)).toEqual(['0 send 1', '0 complete', '0 completed', '0 metadata',
      '0 ended completed']);
    expect(sli('upload_success_rate')).toBe(1);
    expect(sli('upload_api_success_rate')).toBe(3 / 7);
  });

  test('too often has failed for that reason; one whose creator gives up meanwhile is abandoned', () => {
    const { uploads, asked, begin, sli } = stage({ api: { refusals: 1 } });
    begin(0, 1 * MB);
    uploads.refused(0, 0, 60 * S);
    uploads.wake(60 * S, 0);
    uploads.refused(61 * S, 0, 60 * S);
    expect(asked.at(-1)).toBe('0 ended refused');
    expect(sli('upload_success_rate')).toBe(0);
    begin(0, 1 * MB);
    uploads.givesUp(0, 30 * S);
    uploads.refused(0, 0, 60 * S);
    uploads.wake(uploads.wakeAt(0), 0);
    expect(asked.at(-1)).toBe('0 ended abandoned');
  });
});

test('an address holds for twelve hours, a file of 256 GB is the largest, and creators may give up', () => {
  const { uploads, asked, begin, set, sli } = stage();
  begin(0, 256e9);
  uploads.answered(0, 0, true);
  uploads.stored(12 * 3600 * S, 0, 1);
  expect(asked.at(-1)).toBe('0 send 4000');
  uploads.stored(12 * 3600 * S + 1, 0, 1);
  expect(asked.at(-1)).toBe('0 ended expired');
  begin(0, 256e9 + 1);
  expect(asked.at(-1)).toBe('0 ended tooLarge');
  begin(0, 1 * MB);
  uploads.givesUp(0, 5 * S);
  uploads.answered(1 * S, 0, true);
  uploads.wake(uploads.wakeAt(0), 0);
  expect(asked.at(-1)).toBe('0 ended abandoned');
  expect(set.view(1).total(metrics.uploadsFailed)).toBe(3);
  expect(sli('upload_success_rate')).toBe(0); // only the one that ran out counts against the platform
});

test('whatever fails, every upload ends exactly once, and the books balance', () => {
  const step = fc.constantFrom('good', 'good', 'good', 'bad', 'wake', 'new', 'reload');
  fc.assert(fc.property(fc.array(fc.tuple(step, fc.nat(100)), { maxLength: 120 }), (steps) => {
    const { uploads, asked, set, begin } = stage();
    const waiting = () => {
      // The last thing asked for each slot is what it waits for.
      const last = new Map<number, string>();
      for (const line of asked) last.set(Number(line.split(' ')[0]), line.replace(/^\d+ /, ''));
      return [...last].filter(([, what]) => !what.startsWith('ended'));
    };
    let now = 0;
    for (const [kind, pick] of steps) {
      now += S;
      if (kind === 'new') begin(now, (1 + pick) * 10 * MB);
      if (kind === 'reload') uploads.restore(structuredClone(uploads.save()));
      const open = waiting();
      const [slot, what] = open[pick % Math.max(1, open.length)] ?? [-1, ''];
      if (slot < 0) continue;
      if (uploads.wakeAt(slot) <= now || kind === 'wake') {
        if (uploads.wakeAt(slot) < Infinity) uploads.wake(Math.max(now, uploads.wakeAt(slot)), slot);
        continue;
      }
      if (uploads.wakeAt(slot) < Infinity) continue;
      if (what.startsWith('send')) {
        if (kind === 'good') uploads.stored(now, slot, 1);
        if (kind === 'bad') uploads.partFailed(now, slot);
      } else if (kind === 'good' || kind === 'bad') uploads.answered(now, slot, kind === 'good');
    }
    const view = set.view(now);
    const ended = asked.filter((line) => line.includes('ended')).length;
    expect(view.total(metrics.uploadsStarted)).toBe(ended + uploads.active);
    const completed = asked.filter((line) => line.endsWith(' completed') && !line.includes('ended')).length;
    expect(view.total(metrics.uploadsCompleted)).toBe(completed);
  }), { numRuns: 200 });
});
