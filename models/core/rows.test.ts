import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Rows } from './rows.ts';

test('rows keep what was written while the table grows, closes, saves and restores', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 400 }), (steps) => {
    const table = new Rows({ tag: Int32Array, value: Float64Array }, 2);
    const written = new Map<number, number>();
    let saved = table.save();
    let before = new Map(written);
    steps.forEach((step, i) => {
      if (step <= 1) {
        const row = table.open();
        expect(written.has(row)).toBe(false);
        table.columns.tag[row] = i;
        table.columns.value[row] = i / 2;
        written.set(row, i);
      } else if (step === 2 && written.size > 0) {
        const row = [...written.keys()][i % written.size]!;
        table.close(row);
        written.delete(row);
      } else {
        [saved, before] = [structuredClone(table.save()), new Map(written)];
      }
      expect(table.size).toBe(written.size);
    });
    for (const [row, tag] of written) expect(table.columns).toMatchObject({ tag: { [row]: tag } });
    table.restore(saved);
    expect(table.size).toBe(before.size);
    for (const [row, tag] of before) {
      expect([table.columns.tag[row], table.columns.value[row]]).toEqual([tag, tag / 2]);
    }
    if (before.size > 0) expect(before.has(table.open())).toBe(false);
  }), { numRuns: 60 });
});
