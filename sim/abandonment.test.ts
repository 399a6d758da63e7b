import { expect, test } from 'vitest';
import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import { BY_HAND, outcomeOf, planOf, total } from './plan.fixture.ts';

/** Links carry 8 Mbps for 20 s, then 250 kbps as long; renditions of 200 kbps and 3.2 Mbps. */
const COLLAPSE = 'duration_ms,kbps,latency_ms\n20000,8000,20\n20000,250,20\n';
const SETTINGS = [
  'catalogue.ladder=[{name: l, bitrate: 200 kbps, height: 240}, {name: h, bitrate: 3.2 Mbps, height: 720}]',
  'catalogue.length.value=2min', 'run.duration=8min', 'player.bufferMax=10s',
  `audience.arrivals.at=[${Array.from({ length: 12 }, (_, i) => `${i}s`).join(', ')}]`,
];

test.each(['throughput', 'bola', 'bolae', 'dynamic'])(
  '%s gives up what collapsed links carry no more, and viewers stall less for it', (rule) => {
    const [plain, judged] = [false, true].map((abandonment) => outcomeOf(planOf(BY_HAND, [
      ...SETTINGS, `player.abr={rule: ${rule}}`, `player.abandonment=${abandonment}`,
    ], COLLAPSE)));
    expect(sum(plain!, 'abandoned')).toBe(0);
    expect(sum(judged!, 'abandoned')).toBeGreaterThan(0);
    expect(sum(judged!, 'stallSeconds')).toBeLessThan(sum(plain!, 'stallSeconds'));
    expect(total(judged!, 'abandoned_transfers_total')).toBe(sum(judged!, 'abandoned'));
    const [log] = judged!.logs;
    const noted = log!.events.filter((event) => event.kind === 'abandoned');
    const row = judged!.sessions.find(({ session }) => session === log!.session);
    expect(noted).toHaveLength(row!.abandoned);
    for (const event of noted) {
      expect(event).toMatchObject({ rendition: 1, reason: 'given up for rendition 0' });
    }
  });

function sum(outcome: ReplicationOutcome, figure: 'abandoned' | 'stallSeconds'): number {
  return outcome.sessions.reduce((total, row) => total + row[figure], 0);
}
