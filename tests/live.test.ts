import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildPlan } from '../scenarios/build.ts';
import { loadScenario } from '../scenarios/load.ts';
import { memoryFiles } from '../scenarios/memory-files.fixture.ts';
import { outcomeOf, total } from '../sim/plan.fixture.ts';

const PAGE = readFileSync(join(import.meta.dirname, '..', 'docs', 'live.md'), 'utf8');
const SCENARIO = /```yaml\n(.*?)```/s.exec(PAGE)![1]!;
/** Settings and figures of the table, as they are written. */
const ROWS = [...PAGE.matchAll(/^\| (none|`[^|]*`) \|(( [\d.,]+ \|){4})$/gm)]
  .map(([, settings, figures]) =>
    [settings!, figures!.split('|').slice(0, 4).map((text) => text.trim())] as const);

test('docs/live.md has a scenario and figures to check', () => {
  expect(ROWS.length).toBe(6);
});

test.each(ROWS)('docs/live.md says what comes out with --set %s', (written, figures) => {
  const settings = written === 'none' ? [] : written.slice(1, -1).split(' ');
  const files = memoryFiles({ 'derby.yaml': SCENARIO });
  const outcome = outcomeOf(buildPlan(loadScenario('derby.yaml', files, settings), files));
  const { slis } = outcome;
  expect(figures).toEqual([
    slis['live_latency_seconds_p50']!.toFixed(2), slis['live_latency_seconds_p99']!.toFixed(1),
    slis['rebuffer_rate_percent']!.toFixed(1),
    String(total(outcome, 'cache_requests_total', { tier: 'edge' })).replace(/\B(?=(\d{3})+$)/g, ','),
  ]);
});
