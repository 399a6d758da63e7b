/**
 * Eviction policies as plainly as they can be said, with arrays that are searched and filtered: what the
 * columns are held against. The oldest stands first in every array.
 */
export abstract class NaivePolicy {
  readonly capacity: number;
  readonly sizes = new Map<number, number>();

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get used(): number {
    return this.bytesOf([...this.sizes.keys()]);
  }

  /** Stores an absent object; what had to go for it, undefined when it is not taken in. */
  insert(object: number, bytes: number): number[] | undefined {
    if (!this.accepts(bytes)) return undefined;
    const evicted: number[] = [];
    this.missed(object);
    while (!this.hasRoom(bytes)) {
      const victim = this.takeVictim(bytes);
      this.sizes.delete(victim);
      evicted.push(victim);
    }
    this.sizes.set(object, bytes);
    this.stored(object);
    return evicted;
  }

  /** A hit; what had to go for it. */
  touch(object: number): number[] {
    this.hit(object);
    return [];
  }

  remove(object: number): void {
    this.forget(object);
    this.sizes.delete(object);
  }

  bytesOf(objects: readonly number[]): number {
    return objects.reduce((sum, object) => sum + this.sizes.get(object)!, 0);
  }

  accepts(bytes: number): boolean {
    return bytes <= this.capacity;
  }

  hasRoom(bytes: number): boolean {
    return this.used + bytes <= this.capacity;
  }

  missed(_object: number): void {}
  abstract hit(object: number): void;
  abstract stored(object: number): void;
  abstract takeVictim(bytes: number): number;
  abstract forget(object: number): void;
}

/** One array and a rule for what a hit does to it. */
class NaiveQueue extends NaivePolicy {
  queue: number[] = [];
  readonly visited = new Set<number>();
  readonly kind: 'fifo' | 'lru' | 'clock' | 'sieve';
  #hand = 0;

  constructor(capacity: number, kind: 'fifo' | 'lru' | 'clock' | 'sieve') {
    super(capacity);
    this.kind = kind;
  }

  hit(object: number): void {
    if (this.kind === 'lru') this.queue = [...without(this.queue, object), object];
    else if (this.kind !== 'fifo') this.visited.add(object);
  }

  stored(object: number): void {
    this.queue.push(object);
  }

  takeVictim(): number {
    if (this.kind === 'clock') {
      while (this.visited.delete(this.queue[0]!)) this.queue.push(this.queue.shift()!);
    }
    if (this.kind !== 'sieve') return this.queue.shift()!;
    this.#hand %= this.queue.length;
    while (this.visited.delete(this.queue[this.#hand]!)) this.#hand = (this.#hand + 1) % this.queue.length;
    const victim = this.queue[this.#hand]!;
    this.forget(victim);
    // A hand that ran off the new end starts over, even when an object is stored there meanwhile.
    if (this.#hand === this.queue.length) this.#hand = 0;
    return victim;
  }

  forget(object: number): void {
    const place = this.queue.indexOf(object);
    this.queue.splice(place, 1);
    if (place < this.#hand) this.#hand--;
    if (this.#hand === this.queue.length) this.#hand = 0;
    this.visited.delete(object);
  }
}

/** Everybody has a rank; the lowest goes, the one that got it first among equals. */
class NaiveRanks extends NaivePolicy {
  ranks: Array<readonly [object: number, rank: number]> = [];
  readonly uses = new Map<number, number>();
  readonly kind: 'lfu' | 'gdsf';
  age = 0;

  constructor(capacity: number, kind: 'lfu' | 'gdsf') {
    super(capacity);
    this.kind = kind;
  }

  hit(object: number): void {
    this.uses.set(object, this.uses.get(object)! + 1);
    this.rank(object);
  }

  stored(object: number): void {
    this.uses.set(object, 1);
    this.rank(object);
  }

  takeVictim(): number {
    const lowest = Math.min(...this.ranks.map(([, rank]) => rank));
    const [victim] = this.ranks.find(([, rank]) => rank === lowest)!;
    if (this.kind === 'gdsf') this.age = lowest;
    this.forget(victim);
    return victim;
  }

  forget(object: number): void {
    this.ranks = this.ranks.filter(([one]) => one !== object);
  }

  rank(object: number): void {
    this.forget(object);
    const uses = this.uses.get(object)!;
    const rank = this.kind === 'lfu' ? uses : this.age + (uses * 1e6) / Math.max(1, this.sizes.get(object)!);
    this.ranks.push([object, rank]);
  }
}

/** Segments of a quarter, the lowest first. */
class NaiveSlru extends NaivePolicy {
  segments: number[][] = [[], [], [], []];
  readonly limit = Math.floor(this.capacity / 4);

  override accepts(bytes: number): boolean {
    return bytes <= this.limit;
  }

  override touch(object: number): number[] {
    const from = this.segments.findIndex((segment) => segment.includes(object));
    const to = Math.min(3, from + 1);
    this.forget(object);
    this.segments[to]!.push(object);
    let sank = false;
    for (let i = to; i > 0; i--) {
      while (this.bytesOf(this.segments[i]!) > this.limit) {
        this.segments[i - 1]!.push(this.segments[i]!.shift()!);
        sank = i === 1;
      }
    }
    const evicted: number[] = [];
    if (!sank) return evicted;
    while (this.bytesOf(this.segments[0]!) > this.limit) {
      evicted.push(this.segments[0]!.shift()!);
      this.sizes.delete(evicted.at(-1)!);
    }
    return evicted;
  }

  hit(): void {}

  stored(object: number): void {
    const bytes = this.sizes.get(object)!;
    const roomy = this.segments.find((segment) => this.bytesOf(segment) + bytes <= this.limit);
    (roomy ?? this.segments[0]!).push(object);
  }

  takeVictim(): number {
    return this.segments.find((segment) => segment.length > 0)!.shift()!;
  }

  forget(object: number): void {
    this.segments = this.segments.map((segment) => without(segment, object));
  }
}

/** What is remembered of dropped objects: name and size, the oldest forgotten first. */
class NaiveGhosts {
  list: Array<readonly [object: number, bytes: number]> = [];
  readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get bytes(): number {
    return this.list.reduce((sum, [, bytes]) => sum + bytes, 0);
  }

  add(object: number, bytes: number): void {
    if (bytes > this.capacity) return;
    while (this.bytes + bytes > this.capacity) this.list.shift();
    this.list.push([object, bytes]);
  }

  /** Forgets it; whether it was there. */
  take(object: number): boolean {
    const { length } = this.list;
    this.list = this.list.filter(([one]) => one !== object);
    return this.list.length < length;
  }
}

class NaiveTwoQ extends NaivePolicy {
  first: number[] = [];
  main: number[] = [];
  readonly out = new NaiveGhosts(Math.floor(this.capacity / 2));
  readonly firstLimit = Math.floor(this.capacity / 4);
  known = false;

  override accepts(bytes: number): boolean {
    return bytes <= this.firstLimit;
  }

  override missed(object: number): void {
    this.known = this.out.take(object);
  }

  override hasRoom(bytes: number): boolean {
    const mainFits = this.bytesOf(this.main) + bytes <= this.capacity - this.firstLimit;
    return super.hasRoom(bytes) && (!this.known || mainFits);
  }

  hit(object: number): void {
    if (this.main.includes(object)) this.main = [...without(this.main, object), object];
  }

  stored(object: number): void {
    (this.known ? this.main : this.first).push(object);
  }

  takeVictim(bytes: number): number {
    if (super.hasRoom(bytes) || this.bytesOf(this.first) <= this.firstLimit) return this.main.shift()!;
    const victim = this.first.shift()!;
    this.out.add(victim, this.sizes.get(victim)!);
    return victim;
  }

  forget(object: number): void {
    this.first = without(this.first, object);
    this.main = without(this.main, object);
  }
}

class NaiveArc extends NaivePolicy {
  t1: number[] = [];
  t2: number[] = [];
  readonly b1 = new NaiveGhosts(Infinity);
  readonly b2 = new NaiveGhosts(Infinity);
  p = 0;
  from: 'b1' | 'b2' | undefined;

  override missed(object: number): void {
    const [one, two] = [this.b1.bytes, this.b2.bytes];
    this.from = undefined;
    if (this.b1.take(object)) {
      this.from = 'b1';
      this.p = Math.min(this.capacity, this.p + Math.max(1, two / Math.max(1, one)));
    } else if (this.b2.take(object)) {
      this.from = 'b2';
      this.p = Math.max(0, this.p - Math.max(1, one / Math.max(1, two)));
    }
  }

  hit(object: number): void {
    this.forget(object);
    this.t2.push(object);
  }

  stored(object: number): void {
    (this.from === undefined ? this.t1 : this.t2).push(object);
  }

  takeVictim(bytes: number): number {
    const l1 = this.bytesOf(this.t1) + this.b1.bytes;
    if (this.from === undefined && l1 + bytes > this.capacity) {
      if (this.b1.list.length === 0 && this.t1.length > 0) return this.t1.shift()!;
      this.b1.list.shift();
    } else if (this.from === undefined && l1 + this.bytesOf(this.t2) + this.b2.bytes >= 2 * this.capacity) {
      this.b2.list.shift();
    }
    const t1 = this.bytesOf(this.t1);
    const first = this.t1.length > 0 && (t1 > this.p || (t1 === this.p && this.from === 'b2'));
    const [list, ghosts] = first || this.t2.length === 0 ? [this.t1, this.b1] : [this.t2, this.b2];
    const victim = list.shift()!;
    ghosts.add(victim, this.sizes.get(victim)!);
    return victim;
  }

  forget(object: number): void {
    this.t1 = without(this.t1, object);
    this.t2 = without(this.t2, object);
  }
}

class NaiveS3Fifo extends NaivePolicy {
  small: number[] = [];
  main: number[] = [];
  readonly uses = new Map<number, number>();
  readonly smallLimit = Math.floor(this.capacity * 0.1);
  readonly ghosts = new NaiveGhosts(Math.floor(this.capacity * 0.9));
  known = false;

  override accepts(bytes: number): boolean {
    return bytes <= this.smallLimit;
  }

  override missed(object: number): void {
    this.known = this.ghosts.take(object);
  }

  hit(object: number): void {
    this.uses.set(object, this.uses.get(object)! + 1);
  }

  stored(object: number): void {
    this.uses.set(object, 0);
    (this.known ? this.main : this.small).push(object);
  }

  takeVictim(): number {
    const mainFirst = this.bytesOf(this.main) > this.capacity - this.smallLimit;
    if (mainFirst) return this.takeFromMain();
    while (this.small.length > 0) {
      const object = this.small.shift()!;
      if (this.uses.get(object)! < 2) {
        this.ghosts.add(object, this.sizes.get(object)!);
        return object;
      }
      this.uses.set(object, 0);
      this.main.push(object);
    }
    return this.takeFromMain();
  }

  takeFromMain(): number {
    for (;;) {
      const object = this.main.shift()!;
      const uses = this.uses.get(object)!;
      if (uses === 0) return object;
      this.uses.set(object, Math.min(3, uses) - 1);
      this.main.push(object);
    }
  }

  forget(object: number): void {
    this.small = without(this.small, object);
    this.main = without(this.main, object);
  }
}

/** The naive policies by the names of the registry. */
export const NAIVE = {
  fifo: (capacity: number) => new NaiveQueue(capacity, 'fifo'),
  lru: (capacity: number) => new NaiveQueue(capacity, 'lru'),
  clock: (capacity: number) => new NaiveQueue(capacity, 'clock'),
  sieve: (capacity: number) => new NaiveQueue(capacity, 'sieve'),
  lfu: (capacity: number) => new NaiveRanks(capacity, 'lfu'),
  gdsf: (capacity: number) => new NaiveRanks(capacity, 'gdsf'),
  slru: (capacity: number) => new NaiveSlru(capacity),
  '2q': (capacity: number) => new NaiveTwoQ(capacity),
  arc: (capacity: number) => new NaiveArc(capacity),
  s3fifo: (capacity: number) => new NaiveS3Fifo(capacity),
} as const;

function without(list: readonly number[], object: number): number[] {
  return list.filter((one) => one !== object);
}
