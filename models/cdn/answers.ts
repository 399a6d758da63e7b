import { NO_ROW, type RowLists } from '../core/row-lists.ts';
import type { Bytes } from '../core/units.ts';
import { MISS, NO_FETCH, PASS, type CacheResult, type Status } from './events.ts';
import { STORES, type Fetches } from './fetches.ts';
import type { Holdings } from './holdings.ts';
import type { NodeMeters } from './node-meters.ts';
import type { OpenRequests } from './open-requests.ts';
import { MEMORY, type CacheNodePorts } from './ports.ts';

/** What answers are made of. */
interface AnswerParts {
  readonly requests: OpenRequests;
  readonly fetches: Fetches;
  /** Lists of those who follow a fetch, at twice its number and one. */
  readonly lists: RowLists;
  readonly held: Holdings;
}

/** The ways a node answers the requests it has open: each closes a request, or makes it follow a fetch. */
export class Answers {
  readonly #requests: OpenRequests;
  readonly #fetches: Fetches;
  readonly #lists: RowLists;
  readonly #held: Holdings;
  readonly #meters: NodeMeters;
  readonly #ports: CacheNodePorts;

  constructor({ requests, fetches, lists, held }: AnswerParts, meters: NodeMeters, ports: CacheNodePorts) {
    this.#requests = requests;
    this.#fetches = fetches;
    this.#lists = lists;
    this.#held = held;
    this.#meters = meters;
    this.#ports = ports;
  }

  /** With what the node holds. */
  fromHeld(row: number, result: CacheResult): void {
    const { requestId, object, first, last } = this.#requests;
    this.#requests.close(row);
    this.#held.answer(requestId[row]!, object[row]!, first[row]!, last[row]!, result);
  }

  /** With an object that has just come whole, kept or not. */
  whole(row: number, size: Bytes, result: CacheResult): void {
    const bytes = this.#requests.bytesOf(row, size);
    this.#requests.close(row);
    this.#meters.answered(result, bytes);
    this.#ports.respond(this.#requests.requestId[row]!, this.#requests.object[row]!, bytes, result, NO_FETCH,
      MEMORY);
  }

  /** With the bytes of a fetch as they come. */
  follow(row: number, fetch: number, result: CacheResult): void {
    const requests = this.#requests;
    const bytes = requests.bytesOf(row, this.#fetches.bytes[fetch]!);
    requests.fetch[row] = fetch;
    this.#lists.push(2 * fetch + 1, row);
    this.#meters.answered(result, bytes);
    this.#ports.respond(requests.requestId[row]!, requests.object[row]!, bytes, result, fetch, MEMORY);
  }

  /** With the status of a failure or refusal. */
  fail(row: number, status: Status): void {
    this.#requests.close(row);
    this.#meters.failed();
    this.#ports.respondFailure(this.#requests.requestId[row]!, this.#requests.object[row]!, status);
  }

  /** A fetch is over: so are the answers that followed it, or they are cut short. */
  endFollowers(fetch: number, whole: boolean): void {
    const list = 2 * fetch + 1;
    for (let row = this.#lists.shift(list); row !== NO_ROW; row = this.#lists.shift(list)) {
      this.#requests.close(row);
      if (!whole) this.#meters.cut();
      this.#ports.answerEnded(this.#requests.requestId[row]!, whole);
    }
  }

  /** What the one whose request was sent calls its answer. */
  ownResult(fetch: number): CacheResult {
    return this.#fetches.ttl[fetch]! > 0 && this.#fetches.is(fetch, STORES) ? MISS : PASS;
  }
}
