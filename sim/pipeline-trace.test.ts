import { expect, test } from 'vitest';
import { createTasks } from '../models/transcode/task.ts';
import { PipelineTrace } from './pipeline-trace.ts';

test('follows the first twenty videos by their order, whichever rows they lie in', () => {
  const tasks = createTasks();
  const task = tasks.open();
  const c = tasks.columns;
  [c.video[task], c.codec[task], c.rung[task], c.topRung[task]] = [3, 0, 0, 1];
  [c.submittedAt[task], c.chunks[task]] = [40, 9];
  const trace = new PipelineTrace(['360p', '720p']);
  trace.uploaded(3);
  trace.stage(3, 'probe', 0, 10);
  trace.stage(3, 'split', 10, 40);
  trace.encoded(90, c, task, true);
  const packaging = new PipelineTrace(['360p', '720p']);
  packaging.restore(structuredClone(trace.save()));
  packaging.stage(3, 'package', 90, 95);
  const encode = { track: 'encode h264 360p to 720p', startUs: 40, endUs: 90 };
  expect(packaging.events.at(-1)).toMatchObject({ name: 'package', after: [encode] });
  trace.closed(3);
  trace.stage(3, 'probe', 100, 110);
  const other = new PipelineTrace(['360p', '720p']);
  other.restore(structuredClone(trace.save()));
  for (let video = 0; video < 30; video++) other.uploaded(video);
  other.stage(3, 'probe', 200, 210);
  other.stage(29, 'probe', 200, 210);
  expect(other.events).toEqual([
    { subject: 'video 1', track: 'probe', name: 'probe', startUs: 0, endUs: 10 },
    {
      subject: 'video 1', track: 'split', name: 'split', startUs: 10, endUs: 40,
      after: [{ track: 'probe', startUs: 0, endUs: 10 }],
    },
    {
      subject: 'video 1', track: 'encode h264 360p to 720p', name: 'h264 360p to 720p',
      startUs: 40, endUs: 90, args: { chunks: 9 },
      after: [{ track: 'split', startUs: 10, endUs: 40 }],
    },
    { subject: 'video 5', track: 'probe', name: 'probe', startUs: 200, endUs: 210 },
  ]);
});
