import { expect, test } from 'vitest';
import {
  cobham, erlangA, erlangB, erlangC, forkJoin, harmonic, mdc, meanNumberVariance, meanValueAnalysis,
  mm1Patience, mmc, pollaczekKhinchine, preemptiveSojourns, srptMm1, trafficOf,
} from './closed-forms.ts';

// Values worked out elsewhere, to ten digits, by another program.
test('Erlang B and C', () => {
  expect(erlangB(10, 10)).toBeCloseTo(0.2145823431, 10);
  expect(erlangB(1000, 1000)).toBeCloseTo(0.0248119176, 10);
  expect(erlangC(10, 8)).toBeCloseTo(0.4091801508, 10);
  expect(mmc(2.7, 1, 3).waiting).toBeCloseTo(2.7235367372, 10);
  expect(mmc(950, 1, 1000).waiting).toBeCloseTo(0.0013650683, 10);
});

test('Pollaczek-Khinchine', () => {
  expect(pollaczekKhinchine(0.8, 1, 1).waiting).toBeCloseTo(2, 12);
  expect(pollaczekKhinchine(0.7, 1, 5).waiting).toBeCloseTo(5.8333333333, 9);
});

test('priorities', () => {
  const classes = [0.2, 0.3, 0.3].map((lambda) => ({ lambda, mean: 1, secondMoment: 2 }));
  cobham(classes).forEach((wait, i) => expect(wait).toBeCloseTo([1, 2, 8][i]!, 10));
  preemptiveSojourns(classes).forEach((time, i) => expect(time).toBeCloseTo([1.25, 2.5, 10][i]!, 10));
});

test('Erlang A', () => {
  const { queue, wait, abandon } = erlangA(100, 1, 100, 0.5);
  expect([queue, wait, abandon].map((x) => Number(x.toPrecision(6)))).toEqual([6.60603, 0.596703, 0.0330302]);
  expect(erlangA(110, 1, 100, 1).queue).toBeCloseTo(10.91107, 5);
});

test('networks', () => {
  const lambda = trafficOf([1, 0, 0], [[0, 0.6, 0.4], [0, 0, 0.5], [0.2, 0, 0]]);
  lambda.forEach((rate, i) => expect(rate).toBeCloseTo([1.1627907, 0.6976744, 0.8139535][i]!, 6));
  const { throughput, response } = meanValueAnalysis(50, [0.05, 0.04, 0.03], 1);
  expect(throughput).toBeCloseTo(19.98643054, 8);
  expect(response).toBeCloseTo(1.50169733, 8);
});

test('shortest remaining service first', () => {
  expect(srptMm1(0.8)).toBeCloseTo(2.3528, 3);
  expect(srptMm1(0.9)).toBeCloseTo(3.5521, 3);
});

test('M/D/c is Pollaczek-Khinchine for one server, and near to Cosmetatos for three', () => {
  expect(mdc(0.8, 1)).toBeCloseTo(2, 8);
  expect(mdc(0.5, 1)).toBeCloseTo(0.5, 10);
  // Cosmetatos' approximation, good to two per cent here.
  const [lambda, c] = [2.4, 3];
  const rho = lambda / c;
  const factor = 1 + ((1 - rho) * (c - 1) * (Math.sqrt(4 + 5 * c) - 2)) / (16 * rho * c);
  expect(mdc(lambda, c) / ((factor / 2) * mmc(lambda, 1, c).waiting)).toBeCloseTo(1, 1.7);
});

test.each([
  [0.5, 1], [0.9, 1], [1, 2], [1.6, 2], [1.8, 2], [2.4, 3], [2.7, 3], [4, 5], [8, 10],
])('M/D/c by Crommelin is M/D/c by the series of Pollaczek: %d erlangs, %d servers', (lambda, c) => {
  expect(mdc(lambda, c)).toBeCloseTo(mdcSeries(lambda, c), 9);
});

test('the variance of a time average tends to its asymptotic constant', () => {
  // 2 rho (1 + rho) / (1 - rho)^4
  expect(500 * meanNumberVariance(0.3, 500)).toBeCloseTo((2 * 0.3 * 1.3) / 0.7 ** 4, 1);
});

/**
 * Mean wait of M/D/c with unit service as Pollaczek (1930) has it, a sum over i of tails of Poisson laws:
 * P(N >= ic) - (c / lambda) P(N > ic), where N has the mean i lambda. It shares nothing with the chain of
 * Crommelin.
 */
function mdcSeries(lambda: number, c: number): number {
  let sum = 0;
  for (let i = 1; ; i++) {
    const mean = i * lambda;
    let logFactorial = 0;
    for (let k = 2; k <= i * c; k++) logFactorial += Math.log(k);
    let term = Math.exp(i * c * Math.log(mean) - mean - logFactorial);
    const first = term;
    let tail = 0;
    for (let k = i * c; term > 1e-18; term *= mean / ++k) tail += term;
    const more = tail - (c / lambda) * (tail - first);
    sum += more;
    if (more < 1e-15) return sum;
  }
}

test('largest of exponentials, fork-join', () => {
  expect([0, 1, 2].map(harmonic)).toEqual([0, 1, 1.5]);
  expect(harmonic(50)).toBeCloseTo(4.4992053383, 10);
  expect(forkJoin(0.5, 1, 1)).toBe(2);
  expect(forkJoin(0.5, 1, 2)).toBe(2.875);
  expect(forkJoin(1e-9, 1, 10)).toBeCloseTo(harmonic(10), 6);
});

test('patience: none is Erlang B, endless none leaves; who is late, by adding up', () => {
  expect(mm1Patience(0.8, 1, 0).leaves).toBeCloseTo(erlangB(1, 0.8), 12);
  expect(mm1Patience(0.8, 1, 1000).leaves).toBeCloseTo(0, 12);
  // Density of the wait below the patience, times the chance to be done too late; and who leaves.
  const { leaves, late } = mm1Patience(0.8, 1, 3);
  const idle = leaves / (0.8 * Math.exp(-0.2 * 3));
  const step = 1e-4;
  const density = (w: number) => idle * 0.8 * Math.exp(-0.2 * w) * Math.exp(-(3 - w));
  let sum = idle * Math.exp(-3) + leaves;
  for (let w = step / 2; w < 3; w += step) sum += density(w) * step;
  expect(late).toBeCloseTo(sum, 6);
});
