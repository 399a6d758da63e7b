import { DISK } from '../ports.ts';
import { US_PER_S, type Bytes, type Us } from '../../core/units.ts';
import { APPLIANCES } from './appliances.ts';
import type { ServerParams } from './params.ts';
import { QueueLines } from './queue-line.ts';

/** Copied state of servers. */
export interface ServerLimitsState {
  readonly cpu: ReturnType<QueueLines['save']>;
  readonly nic: ReturnType<QueueLines['save']>;
  readonly disk: ReturnType<QueueLines['save']>;
}

/**
 * CPU, disk and network of the servers of a tier. An answer queues for each in turn behind those before it;
 * what a server is not limited in takes no time. Its first byte leaves when all three have got to it. A
 * server without a network limit is not limited by its CPU either, whose work is only counted.
 */
export class ServerLimits {
  /** True when sending is limited. */
  readonly limited: boolean;
  /** True when no answer waits for another: then it does not matter in which order they are taken on. */
  readonly unhindered: boolean;
  readonly #cpu: QueueLines;
  readonly #nic: QueueLines;
  readonly #disk: QueueLines;
  readonly #cpuPerRequest: Us;
  readonly #cpuPerByte: number;
  /** [us a byte] */
  readonly #nicPerByte: number;
  readonly #diskPerByte: number;

  constructor(params: ServerParams, servers: number) {
    const known = params.appliance === undefined ? undefined : APPLIANCES[params.appliance];
    const nic = params.nic ?? known?.nic ?? Infinity;
    const perGB = params.cpuPerGB
      ?? (known === undefined ? 0 : (known.cpuAtNic * US_PER_S) / (known.nic / 8e9));
    this.#cpu = new QueueLines(servers);
    this.#nic = new QueueLines(servers);
    this.#disk = new QueueLines(servers);
    this.#cpuPerRequest = params.cpuPerRequest;
    this.#cpuPerByte = perGB / 1e9;
    this.#nicPerByte = (8 * US_PER_S) / nic;
    this.#diskPerByte = (8 * US_PER_S) / (params.disk ?? Infinity);
    this.limited = nic < Infinity;
    this.unhindered = !this.limited && this.#diskPerByte === 0;
  }

  /** Takes on an answer; how much later than without limits its first byte leaves. [us] */
  answer(server: number, now: Us, bytes: Bytes, level: number): Us {
    const work = this.#cpuPerRequest + bytes * this.#cpuPerByte;
    if (this.unhindered) {
      this.#cpu.count(server, work);
      return 0;
    }
    const cpuWait = this.#cpu.take(server, now, work);
    let delay = this.limited ? cpuWait : 0;
    if (level === DISK && this.#diskPerByte > 0) {
      delay = Math.max(delay, this.#disk.take(server, now, bytes * this.#diskPerByte));
    }
    if (this.limited) delay = Math.max(delay, this.#nic.take(server, now, bytes * this.#nicPerByte));
    return Math.ceil(delay);
  }

  /** CPU time a server has worked up to now. [us] */
  cpuDone(server: number, now: Us): number {
    return this.#cpu.done(server, now);
  }

  /** Time for which a server has been sending up to now; 0 without a limit. [us] */
  sendingDone(server: number, now: Us): number {
    return this.#nic.done(server, now);
  }

  save(): ServerLimitsState {
    return { cpu: this.#cpu.save(), nic: this.#nic.save(), disk: this.#disk.save() };
  }

  restore(state: ServerLimitsState): void {
    this.#cpu.restore(state.cpu);
    this.#nic.restore(state.nic);
    this.#disk.restore(state.disk);
  }
}
