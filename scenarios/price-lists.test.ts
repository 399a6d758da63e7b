import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { costOf, HOURS_PER_MONTH, monthlyCost, priceOf } from '../models/cost/price-list.ts';
import { ScenarioError } from './errors.ts';
import { parsePriceList } from './price-lists.ts';

const FOLDER = join(import.meta.dirname, 'prices');
const shipped = (name: string) => parsePriceList(readFileSync(join(FOLDER, name), 'utf8'), name);

describe('a shipped list', () => {
  test.each(readdirSync(FOLDER))('%s reads, is named after its file with a source a row', (file) => {
    const list = shipped(file);
    expect(`${list.name}.yaml`).toBe(file);
    for (const { asOf, source } of list.prices) {
      expect(asOf).toMatch(/^20\d\d-/);
      expect(source.length).toBeGreaterThan(10);
    }
  });

  test('gives the monthly bill that the platform was estimated at', () => {
    const list = shipped('platform-estimate.yaml');
    const bill = (item: string, quantity: number) => monthlyCost(priceOf(list, item)!, quantity);
    expect(bill('s3.standard.get', 100e9)).toBeCloseTo(40_000, 6);
    expect(bill('cloudfront.egress.us', 500 * 1024 ** 2)).toBeCloseTo(10_485_760, 3);
    expect(bill('ec2.c5.4xlarge', 500 * 24 * 30)).toBeCloseTo(244_800, 6);
    expect(bill('rds.r5.8xlarge', 20 * 24 * 30)).toBeCloseTo(55_296, 6);
    expect(bill('elasticache.r6g.2xlarge', 100 * 24 * 30)).toBeCloseTo(37_440, 6);
    expect(bill('license-server', 50 * 24 * 30)).toBeCloseTo(12_240, 6);
  });

  test('of a cloud pays traffic by the tiers of a month', () => {
    const price = priceOf(shipped('aws-us-east-1.yaml'), 'cloudfront.egress.us')!;
    expect(monthlyCost(price, 1024)).toBe(0);
    expect(monthlyCost(price, 10_240)).toBeCloseTo(9216 * 0.085, 9);
    expect(monthlyCost(price, 60_000)).toBeCloseTo(9216 * 0.085 + 40_960 * 0.08 + 8800 * 0.06, 9);
    // A tenth of a month at ten times the rate is paid as a tenth of that month.
    expect(costOf(price, 6000, HOURS_PER_MONTH / 10)).toBeCloseTo(monthlyCost(price, 60_000) / 10, 9);
  });
});

describe('a list that is wrong', () => {
  test('is told all its problems, each at its line', () => {
    const text = `weir-prices: 1
name: own
currency: EUR
rows:
  - { item: a, unit: hours, price: 1, asOf: 2026-01, source: x }
  - { item: a, unit: hour, price: -1, asOf: lately, sorce: x }
`;
    expect(problemsOf(text)).toEqual([
      'own.yaml:3:1: currency: expected "USD", got "EUR"',
      'own.yaml:5:16: rows[0].unit: expected "hour" or "GB" or "GB-month" or "GB-hour" or "request" or '
        + '"minute", got "hours": did you mean "hour"?',
      'own.yaml:6:28: rows[1].price: expected at least 0, got -1',
      'own.yaml:6:39: rows[1].asOf: expected a day such as 2026-09-24, or a month',
      'own.yaml:6:5: rows[1].source: expected a text, got nothing',
      'own.yaml:6:53: rows[1].sorce: unknown key "sorce": did you mean "source"?',
    ]);
  });

  test('names items that stand twice, tiers out of order and prices that are missing', () => {
    const text = `weir-prices: 1
name: own
currency: USD
rows:
  - { item: a, unit: hour, price: 1, asOf: 2026-01, source: x }
  - { item: a, unit: hour, asOf: 2026-01, source: x }
  - item: b
    unit: GB
    tiers: [{ upTo: 10, price: 2 }, { upTo: 5, price: 1 }]
    asOf: 2026-01
    source: x
`;
    expect(problemsOf(text)).toEqual([
      'own.yaml:6:7: rows[1].item: a stands in rows[0] already',
      'own.yaml:6:5: rows[1]: expected either a price or tiers',
      'own.yaml:9:37: rows[2].tiers[1]: expected no end of the last tier',
      'own.yaml:9:39: rows[2].tiers[1].upTo: expected above 10, where the tier before ends',
    ]);
  });
});

function problemsOf(text: string): string[] {
  try {
    parsePriceList(text, 'own.yaml');
  } catch (error) {
    if (error instanceof ScenarioError) return error.message.split('\n');
    throw error;
  }
  return [];
}
