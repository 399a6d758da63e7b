import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { RandomStreams } from '../core/rng.ts';
import { NEVER } from '../core/units.ts';
import { Audience, audienceParams, levelAt, mostSessions, type Arrival } from './audience.ts';
import { TraitDraws, traitParams, type ViewerTraits } from './viewer-traits.ts';

const S = 1e6;
const HOUR = 3600 * S;

const NETWORKS = [{ name: '3g', traces: 'a', share: '20%' }, { name: 'wired', traces: 'b', share: '60%' }];

/** All viewers before the horizon; videos are drawn from a thousand, all equal. */
function viewers(params: object, horizon: number, seed = 1): Arrival[] {
  const parsed = audienceParams.parse({ networks: NETWORKS, ...params });
  const audience = new Audience(parsed, (stream) => stream.integer(1000), new RandomStreams(seed, 0));
  const all: Arrival[] = [];
  for (let next = audience.next(horizon); next.at < NEVER; next = audience.next(horizon)) all.push(next);
  return all;
}

function poisson(peak: string, shape: ReadonlyArray<readonly [string, string]> = []): object {
  return { law: 'poisson', peak, shape: shape.map(([at, level]) => ({ at, level })) };
}

describe('arrivals', () => {
  test('P40 come as often in each hour as the shape says, within Poisson bounds', () => {
    const shape = [['1h', '20%'], ['3h', '100%'], ['4h', '0%'], ['5h', '0%'], ['5h30min', '50%']] as const;
    const all = viewers({ arrivals: poisson('2/s', shape) }, 7 * HOUR);
    const meanLevels = [0.2, 0.4, 0.8, 0.5, 0, 0.375, 0.5];
    meanLevels.forEach((level, hour) => {
      const mean = level * 7200;
      const count = all.filter(({ at }) => Math.floor(at / HOUR) === hour).length;
      expect(Math.abs(count - mean)).toBeLessThanOrEqual(4 * Math.sqrt(mean));
    });
  });

  test('P40 have the gaps of a Poisson process', () => {
    const times = viewers({ arrivals: poisson('10/s') }, 2000 * S).map(({ at }) => at);
    const gaps = times.map((at, i) => (at - (times[i - 1] ?? 0)) / S).sort((a, b) => a - b);
    // Kolmogorov-Smirnov against the exponential law with mean 0.1 s, at 1 %.
    const distances = gaps.map((gap, i) => Math.abs((i + 0.5) / gaps.length + Math.expm1(-10 * gap)));
    const distance = Math.max(...distances);
    expect(distance).toBeLessThan(1.63 / Math.sqrt(gaps.length));
  });

  test('P40 the level is linear between points and flat outside', () => {
    const shape = [{ at: 10, level: 0.5 }, { at: 20, level: 1 }, { at: 30, level: 0 }];
    const levels = [0, 10, 15, 20, 25, 30, 99].map((at) => levelAt(shape, at));
    expect(levels).toEqual([0.5, 0.5, 0.75, 1, 0.5, 0, 0]);
    expect(levelAt([], 5)).toBe(1);
  });

  test('P41 at fixed times come in their order, and nobody at the horizon or after', () => {
    const arrivals = { law: 'fixed', at: ['9s', '1s', '4s', '10s', '11s', '4s'] };
    expect(viewers({ arrivals }, 10 * S).map(({ at }) => at)).toEqual([1 * S, 4 * S, 4 * S, 9 * S]);
  });

  test('P41 in whole microseconds, ascending, before the horizon', () => {
    const times = viewers({ arrivals: poisson('100000/s') }, S).map(({ at }) => at);
    expect(times.every((at, i) => Number.isInteger(at) && at >= (times[i - 1] ?? 0) && at < S)).toBe(true);
    const peak = fc.integer({ min: 1, max: 50 });
    fc.assert(fc.property(peak, fc.nat(30), fc.nat(1000), (rate, horizon, seed) => {
      const all = viewers({ arrivals: poisson(`${rate * 100_000}/s`) }, horizon, seed);
      expect(all.every(({ at }) => at < horizon)).toBe(true);
    }), { seed: 3 });
  });

  test('P45 are at most what the fleet is sized for', () => {
    const params = audienceParams.parse({ networks: NETWORKS, arrivals: poisson('1/s') });
    for (const horizon of [0, 1, 10, 1000]) {
      const most = mostSessions(params, horizon * S);
      for (let seed = 0; seed < 50; seed++) {
        expect(viewers({ arrivals: poisson('1/s') }, horizon * S, seed).length).toBeLessThanOrEqual(most);
      }
    }
    const fixed = audienceParams.parse({ networks: NETWORKS, arrivals: { law: 'fixed', at: ['1s', '2s'] } });
    expect(mostSessions(fixed, HOUR)).toBe(2);
  });

  test('P46 a shape that does not ascend is refused at its point', () => {
    const shape = [{ at: '1h', level: 1 }, { at: '2h', level: 1 }, { at: '2h', level: 0.5 }];
    const result = audienceParams.safeParse({
      networks: NETWORKS, arrivals: { law: 'poisson', peak: '1/s', shape },
    });
    expect(result.error?.issues.map(({ path, message }) => [path.join('.'), message])).toEqual([
      ['arrivals.shape.2.at', 'expected a time after that of the point before it'],
    ]);
  });
});

describe('viewers', () => {
  const many = viewers({ arrivals: poisson('100/s') }, 1000 * S);

  test('P42 are on networks by their shares, which need not sum to one', () => {
    const wired = many.filter(({ network }) => network === 1).length / many.length;
    expect(Math.abs(wired - 0.75)).toBeLessThan(4 * Math.sqrt((0.75 * 0.25) / many.length));
  });

  test('P42 or get them in turn', () => {
    const arrivals = { law: 'fixed', at: ['1s', '2s', '3s', '4s', '5s'] };
    const inTurn = viewers({ arrivals, assignment: 'inTurn' }, HOUR);
    expect(inTurn.map(({ network }) => network)).toEqual([0, 1, 0, 1, 0]);
  });

  test('P43 would leave a slow start by the law that was measured', () => {
    for (const seconds of [1, 2, 3, 5, 10, 15, 19]) {
      const gone = many.filter(({ startupPatienceUs }) => startupPatienceUs <= seconds * S);
      const share = gone.length / many.length;
      const law = Math.max(0, 0.058 * (seconds - 2));
      expect(Math.abs(share - law)).toBeLessThanOrEqual(4 * Math.sqrt((law * (1 - law)) / many.length));
    }
    expect(many.every(({ startupPatienceUs }) => startupPatienceUs > 2 * S)).toBe(true);
    const endless = viewers({ arrivals: poisson('1/s'), startupPatience: 'endless' }, 100 * S);
    expect(endless.every(({ startupPatienceUs }) => startupPatienceUs === NEVER)).toBe(true);
  });

  test('P44 another law of watching, class of networks or patience shifts no other trait', () => {
    const base = { arrivals: poisson('5/s') };
    const before = viewers(base, 200 * S);
    const watch = viewers({ ...base, watch: { law: 'lognormal', mean: '10min', median: '5min' } }, 200 * S);
    expect(without('watchUs', watch)).toEqual(without('watchUs', before));
    expect(watch.map(({ watchUs }) => watchUs)).not.toEqual(before.map(({ watchUs }) => watchUs));
    const more = [...NETWORKS, { name: '5g', traces: 'c', share: '30%' }];
    const networks = viewers({ ...base, networks: more }, 200 * S);
    expect(without('network', networks)).toEqual(without('network', before));
    const inTurn = viewers({ ...base, assignment: 'inTurn' }, 200 * S);
    expect(without('network', inTurn)).toEqual(without('network', before));
    const endless = viewers({ ...base, startupPatience: 'endless' }, 200 * S);
    expect(without('startupPatienceUs', endless)).toEqual(without('startupPatienceUs', before));
  });

  test('P44 the same seed gives the same viewers, another one others', () => {
    const arrivals = poisson('5/s');
    expect(viewers({ arrivals }, 50 * S)).toEqual(viewers({ arrivals }, 50 * S));
    expect(viewers({ arrivals }, 50 * S, 2)).not.toEqual(viewers({ arrivals }, 50 * S));
  });

  test('P44 watch as long as the law says, and at least a microsecond', () => {
    const mean = many.reduce((sum, { watchUs }) => sum + watchUs, 0) / many.length;
    expect(Math.abs(mean / (600 * S) - 1)).toBeLessThan(4 / Math.sqrt(many.length));
    const constant = viewers({ arrivals: poisson('1/s'), watch: { law: 'constant', value: '0s' } }, 50 * S);
    expect(constant.every(({ watchUs }) => watchUs === 1)).toBe(true);
  });
});

function without(trait: keyof Arrival, all: readonly Arrival[]): Arrival[] {
  return all.map((one) => ({ ...one, [trait]: 0 }));
}

describe('traits', () => {
  const TRAITS = {
    devices: [
      { name: 'phone', share: '75%', height: 720, codecs: ['h264', 'vp9'] },
      { name: 'tv', share: '25%', codecs: ['hevc'] },
    ],
    speeds: [{ rate: 1 }, { rate: 1.5 }],
    resume: { share: '50%', from: { law: 'constant', value: '10min' } },
    pauses: {
      every: { law: 'constant', value: '3min' }, length: { law: 'constant', value: '1min' }, most: 2,
    },
    seeks: {
      every: { law: 'constant', value: '4min' }, by: { law: 'constant', value: '30s' }, back: 1, most: 1,
    },
    licence: { latency: { law: 'constant', value: '200ms' }, refused: '10%' },
  };
  const draw = (traits: object, count: number): ViewerTraits[] => {
    const params = z.strictObject(traitParams).parse(traits);
    const draws = new TraitDraws(params, ['h264', 'av1', 'vp9'], new RandomStreams(3, 0));
    return Array.from({ length: count }, () => draws.next());
  };

  test('P44 are none unless asked for', () => {
    expect(draw({}, 2)).toEqual([{}, {}]);
  });

  test('P44 come in their shares: device with its screen and its best codec, speed, place, licence', () => {
    const drawn = draw(TRAITS, 4000);
    const televisions = drawn.filter(({ screenHeight }) => screenHeight === undefined);
    const share = (of: (traits: ViewerTraits) => boolean): number => drawn.filter(of).length / drawn.length;
    expect(share(({ screenHeight }) => screenHeight === 720)).toBeCloseTo(0.75, 1);
    expect(share(({ codec, screenHeight }) => codec === 2 && screenHeight === 720)).toBeCloseTo(0.75, 1);
    // The television decodes nothing that is on offer: it takes the first.
    expect(televisions.every(({ codec }) => codec === 0)).toBe(true);
    expect(share(({ rate }) => rate === 1.5)).toBeCloseTo(0.5, 1);
    expect(share(({ fromUs }) => fromUs === 600e6)).toBeCloseTo(0.5, 1);
    expect(share(({ licenceFails }) => licenceFails === true)).toBeCloseTo(0.1, 1);
    expect(drawn.every(({ licenceUs }) => licenceUs === 200e3)).toBe(true);
  });

  test('P44 breaks of both kinds stand in the order of their coming', () => {
    expect(draw(TRAITS, 1)[0]!.breaks).toEqual([
      { kind: 'pause', afterUs: 180e6, lengthUs: 60e6 }, { kind: 'seek', afterUs: 240e6, byUs: -30e6 },
      { kind: 'pause', afterUs: 360e6, lengthUs: 60e6 },
    ]);
  });

  test('P44 another choice of one trait changes no other', () => {
    const pick = ({ screenHeight, rate, fromUs }: ViewerTraits) => ({ screenHeight, rate, fromUs });
    const fewer = draw({ ...TRAITS, pauses: undefined, seeks: undefined, licence: undefined }, 50);
    expect(fewer.map(pick)).toEqual(draw(TRAITS, 50).map(pick));
  });
});
