import { describe, expect, test } from 'vitest';
import { diskFiles, findScenario } from '../cli/files.ts';
import { zipfProbabilities } from '../models/cdn/analysis/che.ts';
import { sizesFor } from '../models/cdn/analysis/sizing.ts';
import { comparePaired } from '../models/core/comparison.ts';
import { buildPlans } from '../scenarios/build.ts';
import { loadStudy } from '../scenarios/load.ts';
import { VideoRun } from '../sim/video-run.ts';

/*
 * What each shipped CDN scenario shows, held by paired differences over replications on common random
 * numbers: the 95 % interval of the difference leaves out 0.
 */

describe('three-tiers', () => {
  // A video of 8 s at 1.4 Mbps: two segments and a manifest that lists them.
  const VIDEO_BYTES = 2 * 700_000 + 320 + 2 * 34;
  const sizes = sizesFor(zipfProbabilities(2000, 0.9), 8, 0.85, 0.8);

  test('has the sizes that closed forms ask for', () => {
    const { edge, regional } = plansOf('three-tiers', ['base'])[0]!.scenario.cdn;
    expect(Math.abs(edge.capacity / VIDEO_BYTES - sizes.edge)).toBeLessThan(1);
    expect(Math.abs(regional.capacity / VIDEO_BYTES - sizes.regional)).toBeLessThan(1);
    const shares = [sizes.edge / 2000, sizes.regional / 2000].map((share) => Math.round(100 * share));
    expect(shares).toEqual([54, 78]);
  });

  const whole = outcomeOf('three-tiers', 'base', 0);

  test('and with them the simulation hits 85 % at the edge, 80 % behind it, 97 % together', () => {
    const { slis } = whole;
    // The formula for the second tier is within 0.009 of simulations.
    expect(Math.abs(slis['edge_hit_rate']! - 0.85)).toBeLessThan(0.005);
    expect(Math.abs(slis['regional_hit_rate']! - 0.8)).toBeLessThan(0.012);
    expect(Math.abs(slis['cache_hit_rate']! - 0.97)).toBeLessThan(0.004);
  });

  test('whose own requests, replayed, ask for those sizes, too', () => {
    const [edge, regional] = whole.claims!.forecast.tiers;
    expect(Math.abs(edge!.neededBytes! / edge!.statedBytes - 1)).toBeLessThan(0.02);
    expect(Math.abs(edge!.replayed - whole.slis['edge_hit_rate']!)).toBeLessThan(0.001);
    // A point of the hit rate behind the edges is 2 % of the size.
    expect(Math.abs(regional!.neededBytes! / regional!.statedBytes - 1)).toBeLessThan(0.03);
  });

  test('while one-timers leave no size that would do', () => {
    const { claims } = outcomeOf('three-tiers', 'one-timers', 0, 70 * 60e6);
    expect(claims!.forecast.tiers.map(({ neededBytes }) => neededBytes)).toEqual([null, null]);
  });
});

describe('viral-video', () => {
  const figures = study('viral-video', 5);

  test('shield, coalescing and prewarming each keep the rush off the origin', () => {
    expectMore(figures, 'origin_bytes', 'no-shield', 'base');
    // How often it asks again varies several times over between evenings: their ratio is what is compared.
    const logs = (name: string) => valuesOf(figures, 'origin_bytes', name).map(Math.log);
    expect(comparePaired(logs('base'), logs('no-coalescing')).verdict).toBe('higher');
    expectMore(figures, 'origin_bytes', 'base', 'prewarmed');
    const mean = (name: string) => figures[name]!.reduce((sum, slis) => sum + slis['origin_bytes']!, 0);
    expect(mean('no-shield')).toBeGreaterThan(10 * mean('base'));
    expect(mean('neither')).toBeGreaterThan(mean('no-shield'));
  });

  test('without shield and coalescing the origin refuses viewers', () => {
    expectMore(figures, 'cdn_availability', 'base', 'neither');
  });
});

describe('thundering-herd', () => {
  const figures = study('thundering-herd', 3);

  test('a lock does not cover expired objects; serving stale while one fetches does', () => {
    expectMore(figures, 'cache_hit_rate', 'stale', 'base');
    expectMore(figures, 'cache_hit_rate', 'varnish', 'base');
    expectMore(figures, 'cdn_ttfb_ms_p99', 'base', 'stale');
    const gap = comparePaired(valuesOf(figures, 'cache_hit_rate', 'lock'),
      valuesOf(figures, 'cache_hit_rate', 'base'));
    expect(gap.verdict).toBe('inconclusive');
  });
});

describe('pop-down', () => {
  const figures = study('pop-down', 2, ['base', 'slow', 'one-server']);

  test('one server of four costs far less than its whole place', () => {
    for (const i of [0, 1]) {
      const [lost, lostOfFour] = ['base', 'one-server']
        .map((name) => 1 - figures[name]![i]!['cdn_availability']!);
      expect(lostOfFour).toBeGreaterThan(0);
      expect(lostOfFour).toBeLessThan(0.5 * lost!);
    }
  });

  test('until somebody notices, requests are lost; later they go elsewhere', () => {
    for (const i of [0, 1]) {
      const [slow, base] = ['slow', 'base'].map((name) => figures[name]![i]!);
      expect(base!['cdn_availability']).toBeLessThan(1);
      expect(slow!['cdn_availability']).toBeLessThan(base!['cdn_availability']!);
      expect(slow!['rebuffer_rate_percent']).toBeGreaterThan(base!['rebuffer_rate_percent']!);
    }
  });
});

describe('night-fill', () => {
  const figures = study('night-fill', 1);

  test('what is pushed at night is there in the evening; pushed in the evening it is in the way', () => {
    const [base, night, evening] = ['base', 'night', 'evening'].map((name) => figures[name]![0]!);
    expect(night!['edge_hit_rate']! - base!['edge_hit_rate']!).toBeGreaterThan(0.05);
    expect(evening!['rebuffer_rate_percent']).toBeGreaterThan(1.5 * night!['rebuffer_rate_percent']!);
    expect(night!['rebuffer_rate_percent']).toBeLessThan(1.2 * base!['rebuffer_rate_percent']!);
  });
});

describe('policy-shoot-out', () => {
  const figures = study('policy-shoot-out', 3, ['base', 'fifo', 's3fifo', 'gdsf']);

  test('at equal cost the policies that keep one-timers out hit more, and FIFO less, than LRU', () => {
    expectMore(figures, 'edge_hit_rate', 's3fifo', 'base');
    expectMore(figures, 'edge_hit_rate', 'base', 'fifo');
    expectMore(figures, 'origin_bytes', 'base', 's3fifo');
  });

  test('GDSF hits most requests and does not save most bytes', () => {
    expectMore(figures, 'edge_hit_rate', 'gdsf', 's3fifo');
    expectMore(figures, 'edge_byte_hit_rate', 's3fifo', 'gdsf');
  });
});

describe('purge-storm', () => {
  const figures = study('purge-storm', 3, ['base', 'shielded', 'spread']);

  test('stalls viewers, less so spread over time or behind a shield', () => {
    for (const design of ['shielded', 'spread']) {
      expectMore(figures, 'rebuffer_rate_percent', 'base', design);
    }
    expectMore(figures, 'origin_bytes', 'base', 'shielded');
  });
});

type Figures = Readonly<Record<string, ReadonlyArray<Readonly<Record<string, number>>>>>;

function plansOf(name: string, wanted?: readonly string[]) {
  const { designs } = loadStudy(findScenario(name)!, diskFiles);
  const chosen = designs.filter((design) => wanted?.includes(design.name) !== false);
  return buildPlans(chosen, diskFiles);
}

function namesOf(name: string, wanted?: readonly string[]): string[] {
  return loadStudy(findScenario(name)!, diskFiles).designs.map((design) => design.name)
    .filter((design) => wanted?.includes(design) !== false);
}

/** Indicators of every replication of every design of a scenario. */
function study(name: string, replications: number, wanted?: readonly string[]): Figures {
  const plans = plansOf(name, wanted);
  return Object.fromEntries(namesOf(name, wanted).map((design, i) =>
    [design, Array.from({ length: replications }, (_, r) => slisOf(new VideoRun(plans[i]!, r)))]));
}

/** One replication, of all its time or of its first [us]. */
function outcomeOf(name: string, design: string, replication: number, until = Infinity) {
  const one = new VideoRun(plansOf(name, [design])[0]!, replication);
  one.advanceTo(until);
  return one.finish();
}

function slisOf(one: VideoRun): Readonly<Record<string, number>> {
  one.advance(Infinity);
  return one.finish().slis;
}

function valuesOf(figures: Figures, sli: string, design: string): number[] {
  return figures[design]!.map((slis) => slis[sli]!);
}

/** One design has more of an indicator than another, beyond chance. */
function expectMore(figures: Figures, sli: string, more: string, less: string): void {
  const { verdict } = comparePaired(valuesOf(figures, sli, less), valuesOf(figures, sli, more));
  expect(verdict, `${sli} of ${more} over ${less}`).toBe('higher');
}
