/** Mean figures of a station in equilibrium: number waiting, number inside, time waiting, time inside. */
export interface Station {
  readonly queue: number;
  readonly inside: number;
  readonly waiting: number;
  readonly sojourn: number;
}

/** Erlang's loss formula: share of customers refused at c servers under an offered load of a erlangs. */
export function erlangB(c: number, a: number): number {
  let blocked = 1;
  for (let k = 1; k <= c; k++) blocked = (a * blocked) / (k + a * blocked);
  return blocked;
}

/** Erlang's delay formula: share of customers who wait at c servers under a < c erlangs. */
export function erlangC(c: number, a: number): number {
  const blocked = erlangB(c, a);
  return blocked / (1 - (a / c) * (1 - blocked));
}

/** M/M/c with arrival rate lambda and service rate mu a server. */
export function mmc(lambda: number, mu: number, c: number): Station {
  const waiting = erlangC(c, lambda / mu) / (c * mu - lambda);
  return stationOf(lambda, waiting, 1 / mu);
}

/** M/G/1 in order of arrival, by Pollaczek and Khinchine, from the first two moments of the service. */
export function pollaczekKhinchine(lambda: number, mean: number, secondMoment: number): Station {
  return stationOf(lambda, (lambda * secondMoment) / (2 * (1 - lambda * mean)), mean);
}

/** Little's law around a mean wait and a mean service. */
function stationOf(lambda: number, waiting: number, service: number): Station {
  const sojourn = waiting + service;
  return { queue: lambda * waiting, inside: lambda * sojourn, waiting, sojourn };
}

/**
 * Stationary probabilities of a birth-death process on 0..n: birth(i) leads from i to i + 1, death(i) from i
 * to i - 1.
 */
export function birthDeath(n: number, birth: (i: number) => number, death: (i: number) => number): number[] {
  const weights = [1];
  for (let i = 1; i <= n; i++) weights.push((weights[i - 1]! * birth(i - 1)) / death(i));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Mean of f(i) under probabilities of i. */
export function meanOf(probabilities: readonly number[], f: (i: number) => number): number {
  return probabilities.reduce((sum, p, i) => sum + p * f(i), 0);
}

/** One class of customers of a priority queue: arrival rate and moments of its service. */
export interface PriorityClass {
  readonly lambda: number;
  readonly mean: number;
  readonly secondMoment: number;
}

/** Cobham: mean waits by class in M/G/1 with non-preemptive priorities, the first class the most urgent. */
export function cobham(classes: readonly PriorityClass[]): number[] {
  const residual = classes.reduce((sum, { lambda, secondMoment }) => sum + (lambda * secondMoment) / 2, 0);
  let before = 0;
  return classes.map(({ lambda, mean }) => {
    const upTo = before + lambda * mean;
    const wait = residual / ((1 - before) * (1 - upTo));
    before = upTo;
    return wait;
  });
}

/** Mean times inside by class in M/G/1 with preemptive-resume priorities. */
export function preemptiveSojourns(classes: readonly PriorityClass[]): number[] {
  let before = 0;
  let residual = 0;
  return classes.map(({ lambda, mean, secondMoment }) => {
    const upTo = before + lambda * mean;
    residual += (lambda * secondMoment) / 2;
    const sojourn = mean / (1 - before) + residual / ((1 - before) * (1 - upTo));
    before = upTo;
    return sojourn;
  });
}

/** Erlang A: M/M/c whose customers in line leave at rate theta each. */
export function erlangA(lambda: number, mu: number, c: number, theta: number) {
  const n = c + Math.ceil(40 * Math.sqrt(c) + (20 * lambda) / theta);
  const p = birthDeath(n, () => lambda, (i) => Math.min(i, c) * mu + Math.max(0, i - c) * theta);
  const queue = meanOf(p, (i) => Math.max(0, i - c));
  return { queue, wait: meanOf(p, (i) => (i >= c ? 1 : 0)), abandon: (theta * queue) / lambda };
}

/** Traffic of an open network: the solution of lambda = gamma + lambda P, by iteration. */
export function trafficOf(gamma: readonly number[], routing: readonly (readonly number[])[]): number[] {
  let lambda = [...gamma];
  for (let i = 0; i < 10_000; i++) {
    lambda = gamma.map((outside, to) => {
      return lambda.reduce((sum, rate, from) => sum + rate * routing[from]![to]!, outside);
    });
  }
  return lambda;
}

/** Exact mean value analysis of a closed network of single servers with demands D and a thinking time Z. */
export function meanValueAnalysis(customers: number, demands: readonly number[], thinking: number) {
  let queues = demands.map(() => 0);
  let throughput = 0;
  let response = 0;
  for (let n = 1; n <= customers; n++) {
    const residences = demands.map((demand, i) => demand * (1 + queues[i]!));
    response = residences.reduce((sum, time) => sum + time, 0);
    throughput = n / (thinking + response);
    queues = residences.map((time) => throughput * time);
  }
  return { throughput, response, queues };
}

/**
 * Mean time inside of M/M/1 with shortest remaining service first and unit mean service, by Schrage and
 * Miller.
 */
export function srptMm1(lambda: number): number {
  const step = 1e-4;
  // Mean time in service from the first touch on: the integral of 1 / (1 - rho(t)).
  let residence = 0;
  let mean = 0;
  let slownessBefore = 1;
  for (let i = 1; i * step <= 60; i++) {
    const x = i * step;
    const tail = Math.exp(-x);
    const rho = lambda * (1 - tail * (1 + x));
    const second = 2 - tail * (x * x + 2 * x + 2) + x * x * tail;
    const slowness = 1 / (1 - rho);
    residence += ((slownessBefore + slowness) / 2) * step;
    slownessBefore = slowness;
    mean += ((lambda * second * slowness ** 2) / 2 + residence) * tail * step;
  }
  return mean;
}

/**
 * Mean wait of M/D/c with unit service, by Crommelin's relation between the numbers inside at two moments one
 * service apart: whoever is in service at the first has left at the second, whoever arrives in between has
 * not.
 */
export function mdc(lambda: number, c: number): number {
  const states = 60 * c + Math.ceil(60 / (1 - lambda / c));
  const arrivals = [Math.exp(-lambda)];
  for (let k = 1; k < states; k++) arrivals.push((arrivals[k - 1]! * lambda) / k);
  const likely = arrivals.findIndex((p, k) => k > lambda && p < 1e-18);
  let p: number[] = Array.from({ length: states }, (_, i) => (i === 0 ? 1 : 0));
  for (let change = 1; change > 1e-13;) {
    const next = new Array<number>(states).fill(0);
    p.forEach((mass, inside) => {
      const left = Math.max(0, inside - c);
      for (let k = 0; k < likely && left + k < states; k++) next[left + k]! += mass * arrivals[k]!;
    });
    change = next.reduce((sum, mass, i) => sum + Math.abs(mass - p[i]!), 0);
    p = next;
  }
  return meanOf(p, (i) => Math.max(0, i - c)) / lambda;
}

/**
 * Variance of the mean number in M/M/1 over a span of time T in equilibrium, with unit mean service: the
 * integral of 2 (T - u) C(u) / T^2 over the autocovariance C, which the generator's own differential equation
 * gives.
 */
export function meanNumberVariance(lambda: number, span: number): number {
  const states = 80;
  const p = birthDeath(states, () => lambda, () => 1);
  const mean = meanOf(p, (i) => i);
  const slope = (x: readonly number[]): number[] => x.map((value, i) => {
    const up = i < states ? lambda * (x[i + 1]! - value) : 0;
    return up + (i > 0 ? x[i - 1]! - value : 0);
  });
  const plus = (x: readonly number[], d: readonly number[], h: number): number[] => {
    return x.map((v, i) => v + h * d[i]!);
  };
  const step = 0.05;
  let x = p.map((_, i) => i);
  let integral = 0;
  for (let i = 0; i <= Math.round(span / step); i++) {
    const covariance = meanOf(p, (j) => j * x[j]!) - mean ** 2;
    const ends = i === 0 || i === Math.round(span / step);
    integral += (ends ? 0.5 : 1) * (span - i * step) * covariance * step;
    const a = slope(x);
    const b = slope(plus(x, a, step / 2));
    const c = slope(plus(x, b, step / 2));
    const d = slope(plus(x, c, step));
    x = x.map((v, j) => v + (step / 6) * (a[j]! + 2 * b[j]! + 2 * c[j]! + d[j]!));
  }
  return (2 * integral) / span ** 2;
}

/** The n-th harmonic number: mean of the largest of n exponentials of mean 1. */
export function harmonic(n: number): number {
  return n === 0 ? 0 : harmonic(n - 1) + 1 / n;
}

/**
 * Mean time until all of n M/M/1 queues that get the same arrivals have answered: exact for 2 (Flatto and
 * Hahn 1984), within 5 % for more (Nelson and Tantawi 1988).
 */
export function forkJoin(lambda: number, mu: number, n: number): number {
  const rho = lambda / mu;
  const two = (12 - rho) / 8 / (mu - lambda);
  const ratio = harmonic(n) / harmonic(2);
  return n === 1 ? 1 / (mu - lambda) : (ratio + (4 / 11) * (1 - ratio) * rho) * two;
}

/**
 * M/M/1 whose customers leave when they would be served only after `patience` (Barrer 1957): share that
 * leaves, and share that is not done by then, those who left among them.
 */
export function mm1Patience(lambda: number, mu: number, patience: number) {
  const rho = lambda / mu;
  const decay = Math.exp(-(mu - lambda) * patience);
  const idle = (1 - rho) / (1 - rho * rho * decay);
  return { leaves: idle * rho * decay, late: idle * (1 + rho) * decay };
}
