import { assert } from '../../models/core/assert.ts';
import type { Us } from '../../models/core/units.ts';

/**
 * What a facility counts: levels, their areas over time, and what became of its customers. Areas of whole
 * levels over whole microseconds are whole numbers, so that Little's law holds to the last digit up to 2^53.
 */
export class FacilityMeter {
  #cells = new Float64Array(CELLS);

  get inside(): number {
    return this.#cells[INSIDE]!;
  }

  get busy(): number {
    return this.#cells[BUSY]!;
  }

  get servers(): number {
    return this.#cells[SERVERS]!;
  }

  get arrivals(): number {
    return this.#cells[ARRIVALS]!;
  }

  get refused(): number {
    return this.#cells[REFUSED]!;
  }

  get served(): number {
    return this.#cells[SERVED]!;
  }

  get reneged(): number {
    return this.#cells[RENEGED]!;
  }

  get maxInside(): number {
    return this.#cells[MAX_INSIDE]!;
  }

  /** Time since the last reset, up to the last pass. [us] */
  get spanUs(): Us {
    return this.#cells[SINCE]! - this.#cells[RESET_AT]!;
  }

  /** Lets time pass at the present levels. */
  pass(now: Us): void {
    const cells = this.#cells;
    const passed = now - cells[SINCE]!;
    // Not only to save work: an unlimited number of servers times nothing is not a number.
    if (passed === 0) return;
    const busy = cells[BUSY]!;
    const servers = cells[SERVERS]!;
    cells[INSIDE_AREA]! += cells[INSIDE]! * passed;
    cells[BUSY_AREA]! += busy * passed;
    // A server that is to finish first is in operation until it has.
    cells[SERVERS_AREA]! += (servers > busy ? servers : busy) * passed;
    cells[SINCE] = now;
  }

  /** A customer comes in. */
  enter(): void {
    const cells = this.#cells;
    cells[ARRIVALS]!++;
    const inside = ++cells[INSIDE]!;
    if (inside > cells[MAX_INSIDE]!) cells[MAX_INSIDE] = inside;
  }

  refuse(): void {
    this.#cells[ARRIVALS]!++;
    this.#cells[REFUSED]!++;
  }

  setBusy(busy: number): void {
    this.#cells[BUSY] = busy;
  }

  setServers(servers: number): void {
    this.#cells[SERVERS] = servers;
  }

  countServed(sojourn: Us, service: Us): void {
    this.#cells[SERVED]!++;
    this.#leave(sojourn, service);
  }

  countReneged(sojourn: Us): void {
    this.#cells[RENEGED]!++;
    this.#leave(sojourn, 0);
  }

  countInterrupted(sojourn: Us, service: Us): void {
    this.#cells[INTERRUPTED]!++;
    this.#leave(sojourn, service);
  }

  areas(): { readonly inside: number; readonly busy: number; readonly servers: number } {
    const cells = this.#cells;
    return { inside: cells[INSIDE_AREA]!, busy: cells[BUSY_AREA]!, servers: cells[SERVERS_AREA]! };
  }

  /** Forgets all but the levels; those present have brought `sojourn` and `service` from before. [us] */
  reset(sojourn: number, service: number): void {
    const cells = this.#cells;
    const [inside, busy, servers, since] = [cells[INSIDE]!, cells[BUSY]!, cells[SERVERS]!, cells[SINCE]!];
    cells.fill(0);
    cells[INSIDE] = inside;
    cells[BUSY] = busy;
    cells[SERVERS] = servers;
    cells[SINCE] = since;
    cells[RESET_AT] = since;
    cells[MAX_INSIDE] = inside;
    cells[INSIDE_AT_RESET] = inside;
    cells[SOJOURNS] = -sojourn;
    cells[SERVICES] = -service;
  }

  /**
   * Little's law on the finite run: the area under the number inside is the time spent inside, of those who
   * left and of those present, who have spent `sojourn` and received `service`. The utilisation law: the area
   * under the servers at work is the service received. And whoever came is inside or has left.
   */
  checkLaws(facility: string, sojourn: number, service: number): void {
    const cells = this.#cells;
    const insideArea = cells[INSIDE_AREA]!;
    const busyArea = cells[BUSY_AREA]!;
    const serversArea = cells[SERVERS_AREA]!;
    const sojourns = cells[SOJOURNS]! + sojourn;
    const services = cells[SERVICES]! + service;
    assert(agree(insideArea, sojourns), "Little's law", { facility, insideArea, sojourns });
    assert(agree(busyArea, services), 'the utilisation law', { facility, busyArea, services });
    assert(busyArea <= serversArea, 'at most all servers at work', { facility, busyArea, serversArea });
    const came = cells[INSIDE_AT_RESET]! + cells[ARRIVALS]!;
    const left = cells[REFUSED]! + cells[SERVED]! + cells[RENEGED]! + cells[INTERRUPTED]!;
    const inside = cells[INSIDE]!;
    assert(came === left + inside, 'conservation of customers', { facility, came, left, inside });
  }

  save(): Float64Array {
    return this.#cells.slice();
  }

  restore(saved: Float64Array): void {
    this.#cells = saved.slice();
  }

  #leave(sojourn: Us, service: Us): void {
    const cells = this.#cells;
    cells[INSIDE]!--;
    cells[SOJOURNS]! += sojourn;
    cells[SERVICES]! += service;
  }
}

/** Whole numbers agree exactly; shares of a server and sums above 2^53 do up to rounding. */
function agree(a: number, b: number): boolean {
  if (a === b) return true;
  const exact = Number.isSafeInteger(a) && Number.isSafeInteger(b);
  return !exact && Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b), 1);
}

const INSIDE = 0;
const BUSY = 1;
const SERVERS = 2;
const SINCE = 3;
const RESET_AT = 4;
const INSIDE_AREA = 5;
const BUSY_AREA = 6;
const SERVERS_AREA = 7;
const SOJOURNS = 8;
const SERVICES = 9;
const ARRIVALS = 10;
const REFUSED = 11;
const SERVED = 12;
const RENEGED = 13;
const INTERRUPTED = 14;
const MAX_INSIDE = 15;
const INSIDE_AT_RESET = 16;
const CELLS = 17;
