import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../core/assert.ts';
import { AccessLinks } from './access.ts';

describe('who shares a link', () => {
  test('a viewer joins the newest link of their class that has room, or opens another', () => {
    const links = new AccessLinks([2, 1]);
    const joined = [0, 0, 0, 1, 1, 0].map((networkClass) => links.join(networkClass));
    expect(joined.map(({ link }) => link)).toEqual([0, 0, 1, 2, 3, 1]);
    expect(joined.map(({ opened }) => opened)).toEqual([true, false, true, true, true, false]);
    expect(links.count).toBe(4);
  });

  test('a place left on the newest link is taken again, one on an older link is not', () => {
    const links = new AccessLinks([2]);
    [0, 0, 0].forEach((networkClass) => links.join(networkClass)); // two on link 0, one on link 1
    expect(links.leave(0)).toBe(1);
    expect(links.join(0)).toEqual({ link: 1, opened: false });
    expect(links.join(0)).toEqual({ link: 2, opened: true });
    expect(links.leave(2)).toBe(0);
  });

  test('a link left empty is not joined again', () => {
    const links = new AccessLinks([3]);
    links.join(0);
    expect(links.leave(0)).toBe(0);
    expect(links.join(0)).toEqual({ link: 1, opened: true });
    expect(() => links.leave(0)).toThrow(InvariantError);
    expect(() => links.leave(9)).toThrow(InvariantError);
  });

  test('no link ever has more viewers than its class allows, nor viewers of two classes', () => {
    const step = fc.record({ networkClass: fc.nat(2), leaves: fc.boolean(), pick: fc.nat(50) });
    fc.assert(fc.property(fc.array(step), fc.nat(60), (steps, cut) => {
      let links = new AccessLinks([1, 2, 5]);
      const viewers: Array<{ readonly link: number; readonly networkClass: number }> = [];
      const classes = new Map<number, number>();
      steps.forEach(({ networkClass, leaves, pick }, i) => {
        if (i === cut) links = moved(links);
        if (leaves && viewers.length > 0) {
          const [gone] = viewers.splice(pick % viewers.length, 1);
          expect(links.leave(gone!.link)).toBe(viewers.filter(({ link }) => link === gone!.link).length);
          return;
        }
        const { link, opened } = links.join(networkClass);
        expect(opened).toBe(!classes.has(link));
        if (opened) expect(link).toBe(classes.size);
        classes.set(link, classes.get(link) ?? networkClass);
        expect(classes.get(link)).toBe(networkClass);
        viewers.push({ link, networkClass });
        const sharing = viewers.filter((one) => one.link === link).length;
        expect(sharing).toBeLessThanOrEqual([1, 2, 5][networkClass]!);
      });
      expect(links.count).toBe(classes.size);
    }), { seed: 1, numRuns: 300 });
  });

  test('half a million links are saved and restored', () => {
    const links = new AccessLinks([1]);
    for (let i = 0; i < 500_000; i++) links.join(0);
    expect(moved(links).count).toBe(500_000);
  });
});

function moved(links: AccessLinks): AccessLinks {
  const other = new AccessLinks([1, 2, 5]);
  other.join(1);
  other.restore(structuredClone(links.save()));
  return other;
}
