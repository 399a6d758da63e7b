import { expect, test } from 'vitest';
import { Constant } from '../../models/core/distributions/constant.ts';
import { secondMomentOf, type Distribution } from '../../models/core/distributions/distribution.ts';
import { Erlang } from '../../models/core/distributions/erlang.ts';
import { Exponential } from '../../models/core/distributions/exponential.ts';
import { Hyperexponential } from '../../models/core/distributions/hyperexponential.ts';
import { Lognormal } from '../../models/core/distributions/lognormal.ts';
import { Uniform } from '../../models/core/distributions/uniform.ts';
import { GrowableFloat64 } from '../../models/core/growable.ts';
import { createFacility, poissonArrivals, Source } from '../../sim/model/index.ts';
import { meanOf, birthDeath, pollaczekKhinchine, srptMm1 } from './closed-forms.ts';
import { controlled, judge, judgeAll, runBatches } from './judge.ts';

const unit = new Exponential({ mean: 1 });
const laws: Readonly<Record<string, Distribution>> = {
  constant: new Constant({ value: 1 }),
  'Erlang 4': new Erlang({ phases: 4, mean: 1 }),
  uniform: new Uniform({ low: 0, high: 2 }),
  hyperexponential: new Hyperexponential({ mean: 1, variation: 2 }),
  lognormal: new Lognormal({ mean: 1, variation: 2 }),
};

// Wq = lambda E[S^2] / (2 (1 - rho))
test.each([
  { law: 'constant', lambda: 0.8, wait: 2, length: 310_000 },
  { law: 'Erlang 4', lambda: 0.8, wait: 2.5, length: 250_000 },
  { law: 'uniform', lambda: 0.8, wait: 2.6666666667, length: 340_000 },
])('M/G/1, $law service at load $lambda: Wq = $wait', ({ law, lambda, wait, length }) => {
  const service = laws[law]!;
  const theory = pollaczekKhinchine(lambda, service.mean, secondMomentOf(service));
  expect(theory.waiting).toBeCloseTo(wait, 9);
  const figures = runBatches({ seed: 1, warmUp: 1000, length }, (model) => {
    const desk = createFacility(model, 'desk', { servers: 1, service });
    new Source(model, 'door', poissonArrivals(lambda), (customer) => void desk.arrive(customer));
    return () => {
      return { waiting: model.inUnits(desk.waiting.mean), queue: desk.meanQueue, busy: desk.utilisation };
    };
  });
  judgeAll(figures, { waiting: theory.waiting, queue: theory.queue, busy: lambda });
});

test.each([
  { law: 'lognormal', lambda: 0.7, wait: 5.8333333333, length: 400_000 },
  { law: 'hyperexponential', lambda: 0.8, wait: 10, length: 500_000 },
])('M/G/1, $law service of variation 2 at load $lambda: Wq = $wait', ({ law, lambda, wait, length }) => {
  const service = laws[law]!;
  const theory = pollaczekKhinchine(lambda, 1, secondMomentOf(service));
  expect(theory.waiting).toBeCloseTo(wait, 9);
  const figures = runBatches({ seed: 5, warmUp: 2000, length, batches: 40 }, (model) => {
    const stream = model.stream('sizes');
    let [squares, services] = [0, 0];
    const desk = createFacility(model, 'desk', { servers: 1 });
    new Source(model, 'door', poissonArrivals(lambda), (customer) => {
      const size = service.sample(stream);
      squares += size * size;
      services++;
      desk.use(customer, model.us(size));
    });
    return () => {
      const secondMoment = squares / services;
      [squares, services] = [0, 0];
      return { waiting: model.inUnits(desk.waiting.mean), busy: desk.utilisation, secondMoment };
    };
  });
  // Batches with more of the rare long services, and busier ones, wait longer: both are known.
  const { waiting, secondMoment, busy } = figures;
  judge('busy', busy, lambda);
  judge('waiting', controlled(controlled(waiting, secondMoment, 5), busy, lambda), theory.waiting);
});

test.each([
  { law: 'constant', length: 150_000 },
  { law: 'uniform', length: 250_000 },
  { law: 'hyperexponential', length: 600_000 },
])(
  'processor sharing does not ask for the law of service: $law at load 0.8', ({ law, length }) => {
    // E[T] = E[S] / (1 - rho), and a job of size x takes x / (1 - rho).
    const service = laws[law]!;
    const figures = runBatches({ seed: 2, warmUp: 1000, length }, (model) => {
      const sizes = new GrowableFloat64(1);
      const since = new GrowableFloat64(1);
      const stream = model.stream('sizes');
      let [stretched, short] = [0, 0];
      const server = createFacility(model, 'server', {
        servers: 1,
        discipline: 'processor-sharing',
        served: (job) => {
          const size = sizes.array[job]!;
          if (size > 1.5) return;
          stretched += (model.time - since.array[job]!) * (1 - 0.8);
          short += size;
        },
      });
      new Source(model, 'requests', poissonArrivals(0.8), (job) => {
        sizes.push(service.sample(stream));
        since.push(model.time);
        server.use(job, model.us(sizes.array[job]!));
      });
      return () => {
        const stretch = stretched / short;
        [stretched, short] = [0, 0];
        return { inside: server.meanInside, sojourn: model.inUnits(server.sojourn.mean), stretch };
      };
    });
    judgeAll(figures, { inside: 4, sojourn: 5, stretch: 1 });
  },
);

test('processor sharing by three servers: the number inside is that of M/M/3', () => {
  const [lambda, mu] = [10, 12];
  const p = birthDeath(60, () => lambda, (i) => mu * Math.min(i, 3));
  [0.432132964, 0.3601108033, 0.1500461681].forEach((value, i) => expect(p[i]).toBeCloseTo(value, 9));
  const figures = runBatches({ seed: 3, warmUp: 100, length: 3_000 }, (model) => {
    const cores = createFacility(model, 'cores', {
      servers: 3,
      discipline: 'processor-sharing',
      service: new Hyperexponential({ mean: 1 / mu, variation: 2 }),
    });
    new Source(model, 'requests', poissonArrivals(lambda), (job) => void cores.arrive(job));
    return () => ({ inside: cores.meanInside, busy: cores.meanBusy });
  });
  judgeAll(figures, { inside: meanOf(p, (i) => i), busy: lambda / mu });
});

test.each([
  { lambda: 0.8, sojourn: 2.3528, length: 90_000 },
  { lambda: 0.9, sojourn: 3.5521, length: 520_000 },
])('shortest remaining service first at load $lambda: E[T] = $sojourn', ({ lambda, sojourn, length }) => {
  expect(srptMm1(lambda)).toBeCloseTo(sojourn, 3);
  const figures = runBatches({ seed: 4, warmUp: 2000, length }, (model) => {
    const server = createFacility(model, 'server', {
      servers: 1, discipline: 'shortest-remaining', service: unit,
    });
    new Source(model, 'requests', poissonArrivals(lambda), (job) => void server.arrive(job));
    return () => ({ sojourn: model.inUnits(server.sojourn.mean) });
  });
  judge('sojourn', figures.sojourn, srptMm1(lambda));
});
