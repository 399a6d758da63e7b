import { expect, test } from 'vitest';
import { benchTranscode } from './transcode.ts';

test('the bench of transcoding has figures for both fidelities, the same run for a seed', async () => {
  const options = { quick: true, seed: 2 };
  const [once, again] = [await benchTranscode(options), await benchTranscode(options)];
  expect(once.map(({ name }) => name)).toEqual(['transcode/rendition', 'transcode/chunk']);
  for (const { value } of once) expect(value).toBeGreaterThan(0);
  expect(again.map(({ hash }) => hash)).toEqual(once.map(({ hash }) => hash));
});
