import { findGpu, type Gpu } from './gpus.ts';

/** A kind of machine that a farm is built from. */
export interface MachineType {
  readonly name: string;
  /** Cores as the cloud counts them; on x86 two of them share what makes one. */
  readonly cores: number;
  readonly memoryBytes: number;
  /** undefined for a machine that encodes on its cores. */
  readonly gpu: Gpu | undefined;
  readonly gpus: number;
  /** Item of the price list; `.spot` behind it is the price on the spot market. */
  readonly item: string;
}

const GIB = 2 ** 30;

/** Machine types by name: Amazon's, as its price list of 2026-09-24 describes them. */
export const MACHINES: readonly MachineType[] = [
  machine('g4dn.xlarge', 4, 16, 'T4', 1),
  machine('g4dn.2xlarge', 8, 32, 'T4', 1),
  machine('g4dn.12xlarge', 48, 192, 'T4', 4),
  machine('g5.xlarge', 4, 16, 'A10G', 1),
  machine('g5.2xlarge', 8, 32, 'A10G', 1),
  machine('g5.12xlarge', 48, 192, 'A10G', 4),
  machine('g6.xlarge', 4, 16, 'L4', 1),
  machine('g6.2xlarge', 8, 32, 'L4', 1),
  machine('g6.12xlarge', 48, 192, 'L4', 4),
  machine('g6.48xlarge', 192, 768, 'L4', 8),
  machine('g6e.xlarge', 4, 32, 'L40S', 1),
  machine('p4d.24xlarge', 96, 1152, 'A100', 8),
  machine('p5.48xlarge', 192, 2048, 'H100', 8),
  machine('c6i.xlarge', 4, 8),
  machine('c6a.xlarge', 4, 8),
  machine('c7g.xlarge', 4, 8),
  machine('c7i.xlarge', 4, 8),
  machine('c7i.2xlarge', 8, 16),
];

function machine(name: string, cores: number, gib: number, gpu?: string, gpus = 0): MachineType {
  const found = gpu === undefined ? undefined : findGpu(gpu);
  return { name, cores, memoryBytes: gib * GIB, gpu: found, gpus, item: `ec2.${name}` };
}

/** The machine type of a name; undefined when it is unknown. */
export function findMachine(name: string): MachineType | undefined {
  return MACHINES.find((one) => one.name === name);
}
