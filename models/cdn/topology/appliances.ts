import type { BitsPerS, Bytes } from '../../core/units.ts';

/** What a known server can do. */
export interface Appliance {
  /** Storage: what to set as a tier's capacity. */
  readonly capacity: Bytes;
  /** What it sends at most. */
  readonly nic: BitsPerS;
  /** Share of its CPU that sending at `nic` with TLS takes; 0 when nothing is said of it. */
  readonly cpuAtNic: number;
  readonly source: string;
}

/** Servers of video networks, as published. */
export const APPLIANCES = {
  'oca-2012-storage': {
    capacity: 108e12, nic: 8e9, cpuAtNic: 0,
    source: '36 x 3 TB, 2 x 10 GbE, 8 Gb/s in practice (2012): ttwagner.com; Netflix via blog.gslin.org',
  },
  'oca-2016-flash': {
    capacity: 16e12, nic: 90e9, cpuAtNic: 0.55,
    source: '16 TB NVMe, 90 Gb/s with TLS at 55 % of a Xeon 6122: FreeBSD case study of Netflix',
  },
  'oca-2021-flash': {
    capacity: 16e12, nic: 400e9, cpuAtNic: 1,
    source: '400 Gb/s with TLS, bound by memory bandwidth: EuroBSDCon 2021, Netflix; storage assumed',
  },
  'oca-storage': {
    capacity: 200e12, nic: 20e9, cpuAtNic: 0,
    source: '200 TB and more for the tail: Netflix, "Content Popularity for Open Connect"; network assumed',
  },
  'telco-2018': {
    capacity: 3.6e12, nic: 1.8e9, cpuAtNic: 0,
    source: '3.6 TB, 480 sessions, 1.8 Gb/s: castisdev/cdn-simul, cdn-simul.json (2018)',
  },
} as const satisfies Readonly<Record<string, Appliance>>;

/** Name of a known server. */
export type ApplianceName = keyof typeof APPLIANCES;
