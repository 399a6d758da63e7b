import { z } from 'zod';
import { PRICE_UNITS, type Price, type PriceList } from '../models/cost/price-list.ts';
import { describeProblems } from './describe.ts';
import { parseYamlFile } from './document.ts';
import { formatPath, ScenarioError, type ScenarioIssue } from './errors.ts';

const dollars = z.number().min(0).meta({ description: 'US dollars a unit.', unit: '$' });

const rowSchema = z.strictObject({
  item: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'expected lower-case letters, digits, dots and dashes')
    .meta({ description: 'Name of the item, as usage names it.', unit: 'name' }),
  unit: z.enum(PRICE_UNITS).meta({ description: 'What the item is counted in.', unit: 'name' }),
  per: z.number().positive().prefault(1)
    .meta({ description: 'Units that one price buys: 1000 requests.', unit: 'units' }),
  price: dollars.optional(),
  tiers: z.array(z.strictObject({
    upTo: z.number().positive().optional()
      .meta({ description: 'End of the tier in a month; the last has none.', unit: 'units' }),
    price: dollars,
  })).min(1).optional(),
  asOf: z.string().regex(/^\d{4}-\d{2}(-\d{2})?$/, 'expected a day such as 2026-09-24, or a month')
    .meta({ description: 'When the price held.', unit: 'date' }),
  source: z.string().min(1).meta({ description: 'Where the price was read.', unit: 'text' }),
});

const listSchema = z.strictObject({
  'weir-prices': z.literal(1).meta({ description: 'Version of the form of price lists.', unit: 'version' }),
  name: z.string().min(1).meta({ description: 'Name of the list.', unit: 'text' }),
  currency: z.literal('USD').meta({ description: 'Currency; US dollars.', unit: 'name' }),
  rows: z.array(rowSchema).min(1),
});

/** Reads a price list; throws ScenarioError with every problem at its path and line. */
export function parsePriceList(text: string, file: string): PriceList {
  const document = parseYamlFile(text, file);
  const place = (path: ReadonlyArray<string | number>) =>
    document.place(path)?.place ?? { file, line: 1, column: 1 };
  const parsed = listSchema.safeParse(document.value, { reportInput: true });
  if (!parsed.success) {
    throw new ScenarioError(describeProblems(parsed.error.issues, document.value, place, listSchema));
  }
  const issues: ScenarioIssue[] = [];
  const problem = (path: ReadonlyArray<string | number>, message: string) => {
    issues.push({ ...place(path), path: formatPath(path), message });
  };
  const first = new Map<string, number>();
  const prices = parsed.data.rows.map((row, i): Price => {
    const at = ['rows', i];
    const known = first.get(row.item);
    if (known !== undefined) problem([...at, 'item'], `${row.item} stands in rows[${known}] already`);
    else first.set(row.item, i);
    const given = row.price === undefined ? row.tiers : row.tiers === undefined ? [row] : undefined;
    if (given === undefined) problem(at, 'expected either a price or tiers');
    const tiers = (given ?? []).map((tier, t) => {
      const { upTo } = tier as { readonly upTo?: number };
      const isLast = t === given!.length - 1;
      if ((upTo === undefined) !== isLast) {
        const expected = isLast ? 'no end of the last tier' : 'an end (upTo) of every tier but the last';
        problem([...at, 'tiers', t], `expected ${expected}`);
      }
      return { upTo: upTo ?? Infinity, price: tier.price! / row.per };
    });
    tiers.forEach(({ upTo }, t) => {
      const before = tiers[t - 1]?.upTo ?? 0;
      if (upTo <= before) {
        problem([...at, 'tiers', t, 'upTo'], `expected above ${before}, where the tier before ends`);
      }
    });
    return { item: row.item, unit: row.unit, tiers, asOf: row.asOf, source: row.source };
  });
  if (issues.length > 0) throw new ScenarioError(issues);
  return { name: parsed.data.name, prices };
}
