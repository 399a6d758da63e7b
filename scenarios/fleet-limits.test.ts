import { expect, test } from 'vitest';
import { buildPlan } from './build.ts';
import { ScenarioError } from './errors.ts';
import { loadScenario } from './load.ts';
import { memoryFiles } from './memory-files.fixture.ts';

const PRICES = `weir-prices: 1
name: own
currency: USD
rows: [{ item: ec2.g6.xlarge, unit: hour, price: 1, asOf: 2026-01, source: x }]
`;

test('codecs that no pool encodes, and GPUs without encoders, are told at their places', () => {
  expect(problemsOf(`transcode:
  codecs: [{ codec: h264 }, { codec: vp9 }, { codec: av1 }]
  farm:
    kind: fleet
    pools:
      - { name: a, machine: g4dn.xlarge, machines: 1 }
      - { name: b, machine: p5.48xlarge, machines: 1 }
`)).toEqual([
    'x.yaml:7:40: transcode.codecs[1].codec: expected a codec that a pool of transcode.farm encodes, '
      + 'got vp9: machines without a GPU do',
    'x.yaml:7:58: transcode.codecs[2].codec: expected a codec that a pool of transcode.farm encodes, '
      + 'got av1: L4, L40S or machines without a GPU do',
    'x.yaml:12:20: transcode.farm.pools[1].machine: expected machines with encoders: the H100 of p5.48xlarge '
      + 'has no NVENC',
  ].map(expectLine));
});

test('rendition fidelity is for pools: a fleet has it refused at its place', () => {
  const farm = (kind: string) => `transcode:
  fidelity: rendition
  codecs: [{ codec: h264 }]
  farm: ${kind}
`;
  const pools = '[{ name: a, machine: g6.xlarge, machines: 1 }]';
  const [problem, ...others] = problemsOf(farm(`{ kind: fleet, pools: ${pools} }`));
  const said = 'x.yaml:7: transcode.fidelity: expected chunk on a farm of kind fleet, got rendition';
  expect(problem?.slice(0, said.length)).toBe(said);
  expect(others).toEqual([]);
  expect(problemsOf(farm('{ kind: pool, workers: 3 }'))).toEqual([]);
});

test('machines without a price in the scenario\'s list are told', () => {
  const problems = problemsOf(`prices: own.yaml
transcode:
  codecs: [{ codec: h264 }]
  farm:
    kind: fleet
    pools:
      - { name: a, machine: g6.xlarge, machines: 1 }
      - { name: b, machine: g6.xlarge, machines: 1, market: spot }
`);
  expect(problems).toEqual([expectLine('x.yaml:13:20: transcode.farm.pools[1].machine: expected a machine '
    + 'that own has a price for: it has no ec2.g6.xlarge.spot')]);
});

/** The columns of flow mappings are not what these tests are about. */
function expectLine(text: string): string {
  return text.replace(/:\d+: transcode/, ': transcode');
}

function problemsOf(text: string): string[] {
  const whole = `weir: 1\nname: x\ntitle: X\nrun: { duration: 1h }\nupload: {}\n${text}`;
  const files = memoryFiles({ 'x.yaml': whole, 'own.yaml': PRICES });
  try {
    buildPlan(loadScenario('x.yaml', files), files);
  } catch (error) {
    if (error instanceof ScenarioError) return error.message.split('\n').map(expectLine);
    throw error;
  }
  return [];
}
