import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fingerprint, joinDigests } from './fingerprint.ts';

type Event = readonly [number, number, number];

function digestOf(events: readonly Event[]): string {
  const print = new Fingerprint();
  for (const event of events) print.add(...event);
  return print.digest();
}

function anyEvents(): fc.Arbitrary<Event[]> {
  const event = fc.tuple(fc.nat({ max: 1e14 }), fc.nat(30), fc.nat({ max: 2 ** 31 - 1 }));
  return fc.array(event, { minLength: 1, maxLength: 30 });
}

test('is frozen: a digest of today is a digest of tomorrow', () => {
  expect(digestOf([])).toBe('09f45f69adcf6676');
  expect(digestOf([[1, 2, 3]])).toBe('64de96fd6e87e4f8');
  const many = Array.from({ length: 1000 }, (_, i): Event => [i * 7_654_321_987, i % 12, i * 31]);
  expect(digestOf(many)).toBe('c11e4561543ebea6');
  expect(joinDigests([digestOf(many), digestOf([[1, 2, 3]])])).toBe('543ea4f476aa58e9');
});

test('tells a later time from another entity', () => {
  expect(digestOf([[5, 1, 0]])).not.toBe(digestOf([[5 + 2 ** 32, 1, 1]]));
  expect(digestOf([[5 + 2 ** 32, 1, 0]])).not.toBe(digestOf([[5, 1, 1]]));
});

test('changes with the order, the number and every field of the events', () => {
  const fields = fc.constantFrom(0, 1, 2);
  fc.assert(fc.property(anyEvents(), fc.nat(29), fields, fc.nat(30), (events, pick, field, bit) => {
    const at = pick % events.length;
    const digest = digestOf(events);
    const change = 2 ** (field === 1 ? bit % 5 : bit);
    const changed = events[at]!.map((value, i) => (i === field ? value + change : value)) as unknown as Event;
    expect(digestOf(events.with(at, changed))).not.toBe(digest);
    expect(digestOf([...events, events[at]!])).not.toBe(digest);
    expect(digestOf(events.slice(1))).not.toBe(digest);
    const next = (at + 1) % events.length;
    if (events[at]!.join() === events[next]!.join()) return;
    expect(digestOf(events.with(at, events[next]!).with(next, events[at]!))).not.toBe(digest);
  }), { seed: 1, numRuns: 1000 });
});

test('tells apart times that differ by 2^32 microseconds', () => {
  expect(digestOf([[5 + 2 ** 32, 1, 1]])).not.toBe(digestOf([[5, 1, 1]]));
});

test('has no two alike among a hundred thousand histories of one event', () => {
  const digests = new Set<string>();
  for (let i = 0; i < 100_000; i++) digests.add(digestOf([[i * 1000, i % 7, i % 100]]));
  expect(digests.size).toBe(100_000);
});

test('is sixteen hexadecimal digits, and goes on the same after save and restore', () => {
  fc.assert(fc.property(anyEvents(), fc.nat(30), (events, cut) => {
    const first = new Fingerprint();
    for (const event of events.slice(0, cut)) first.add(...event);
    const second = new Fingerprint();
    second.restore(structuredClone(first.save()));
    for (const event of events.slice(cut)) second.add(...event);
    expect(second.digest()).toBe(digestOf(events));
    expect(second.count).toBe(events.length);
    expect(second.digest()).toMatch(/^[0-9a-f]{16}$/);
  }), { seed: 2 });
});

test('joins digests in their order; one alone stays as it is', () => {
  const [a, b] = ['0123456789abcdef', 'fedcba9876543210'];
  expect(joinDigests([a!])).toBe(a);
  expect(joinDigests([a!, b!])).not.toBe(joinDigests([b!, a!]));
  expect(joinDigests([a!, a!])).toMatch(/^[0-9a-f]{16}$/);
});
