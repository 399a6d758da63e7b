import type { Bytes } from '../models/core/units.ts';
import type { LineOf, Lines } from '../models/upload/line.ts';
import { CODES } from './codes.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import { Links, type LinkState } from './links.ts';

/** Uploads of one user that are under way together. */
interface Household {
  readonly line: LineOf;
  readonly slots: number[];
  /** Its link once two of them had something to send; -1 before. */
  link: number;
}

/** Copied state of the lines of users. */
export interface UserLinesState {
  readonly households: ReadonlyArray<readonly [user: number, household: Household]>;
  readonly links: readonly LinkState[];
  readonly linesOf: readonly LineOf[];
}

/**
 * Lines that the uploads of a user share, equally at every instant. While one upload of a user is under way
 * its line is its own and nothing is kept here but that it is there.
 */
export class UserLines {
  readonly #lines: Lines;
  readonly #links: Links;
  readonly #households = new Map<number, Household>();
  /** By link, what it is. */
  #linesOf: LineOf[] = [];

  /** `arrived`: the bytes of a slot have left the line. */
  constructor(loop: EventLoop, lines: Lines, arrived: (slot: number) => void) {
    this.#lines = lines;
    this.#links = new Links(loop, CODES.userLineWake, CODES.userLineLate, (_link, slot) => arrived(slot));
  }

  /** An upload of a user begins; the line it goes over: that of the user's others, or the one it brings. */
  join(user: number, slot: number, line: LineOf): LineOf {
    const others = this.#households.get(user);
    if (others === undefined) {
      this.#households.set(user, { line, slots: [slot], link: -1 });
      return line;
    }
    others.slots.push(slot);
    return others.line;
  }

  /** An upload is over. */
  leave(user: number, slot: number): void {
    const household = this.#households.get(user)!;
    household.slots.splice(household.slots.indexOf(slot), 1);
    if (household.link >= 0) this.#links.cancel(household.link, slot);
    if (household.slots.length > 0) return;
    if (household.link >= 0) this.#links.retire(household.link);
    this.#households.delete(user);
  }

  /** The other uploads of a user. */
  others(user: number, slot: number): readonly number[] {
    const slots = this.#households.get(user)!.slots;
    return slots.length === 1 ? NOBODY : slots.filter((one) => one !== slot);
  }

  /** Whether the uploads of a user go over a link that they share. */
  isShared(user: number): boolean {
    return this.#households.get(user)!.link >= 0;
  }

  /** Bytes of an upload go over the line of its user, beside those of the others. */
  start(user: number, slot: number, bytes: Bytes): void {
    const household = this.#households.get(user)!;
    if (household.link < 0) {
      household.link = this.#links.add(this.#lines.bandwidthOf(household.line));
      this.#linesOf[household.link] = household.line;
    }
    this.#links.start(household.link, slot, this.#lines.loadOf(household.line, bytes));
  }

  /** Takes the bytes of an upload off the line; how many of them were left. */
  stop(user: number, slot: number): Bytes {
    const { link, line } = this.#households.get(user)!;
    const left = this.#links.bitsLeft(link, slot) / 8;
    this.#links.cancel(link, slot);
    return left / this.#lines.loadOf(line, 1);
  }

  save(): UserLinesState {
    return {
      households: [...this.#households].map(([user, { line, slots, link }]) =>
        [user, { line, slots: [...slots], link }] as const),
      links: this.#links.save(), linesOf: [...this.#linesOf],
    };
  }

  restore({ households, links, linesOf }: UserLinesState): void {
    this.#households.clear();
    for (const [user, { line, slots, link }] of households) {
      this.#households.set(user, { line, slots: [...slots], link });
    }
    this.#linesOf = [...linesOf];
    this.#links.restore(links, (link) => this.#lines.bandwidthOf(linesOf[link]!));
  }
}

const NOBODY: readonly number[] = [];
