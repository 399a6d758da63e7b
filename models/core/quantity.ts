import { z } from 'zod';

/** The kinds of quantity a scenario may hold; each is kept in one base unit inside Weir. */
export type QuantityKind = 'duration' | 'size' | 'rate' | 'frequency' | 'ratio';

interface QuantityForm {
  /** Base unit, as it stands in reports. */
  readonly unit: string;
  readonly noun: string;
  readonly example: string;
  readonly integer: boolean;
  /** Base units in each unit, or how many of it make one base unit: 57 / 100 is 0.57, 57 * 0.01 is not. */
  readonly factors: Readonly<Record<string, number | { readonly per: number }>>;
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

const FORMS: Readonly<Record<QuantityKind, QuantityForm>> = {
  duration: {
    unit: 'us',
    noun: 'a duration',
    example: '4s, 250ms or 1h30min',
    integer: true,
    factors: {
      us: 1, ms: 1e3, s: 1e6, min: MINUTE * 1e6, h: HOUR * 1e6, d: DAY * 1e6, w: 7 * DAY * 1e6,
    },
  },
  size: {
    unit: 'bytes',
    noun: 'a size',
    example: '512 MB, 40 GB or 2 GiB',
    integer: true,
    factors: {
      B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15, EB: 1e18,
      KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40, PiB: 2 ** 50, EiB: 2 ** 60,
    },
  },
  rate: {
    unit: 'bits/s',
    noun: 'a data rate',
    example: '800 kbps, 5 Mbps or 10 Gbps',
    integer: false,
    factors: { bps: 1, kbps: 1e3, Kbps: 1e3, Mbps: 1e6, Gbps: 1e9, Tbps: 1e12, Pbps: 1e15 },
  },
  frequency: {
    unit: '1/s',
    noun: 'a frequency',
    example: '0.5/s, 30/min or 200/h',
    integer: false,
    factors: { '/s': 1, '/min': { per: MINUTE }, '/h': { per: HOUR }, '/d': { per: DAY } },
  },
  ratio: {
    unit: 'ratio',
    noun: 'a ratio',
    example: '99.9% or 0.999',
    integer: false,
    factors: { '%': { per: 100 }, '': 1 },
  },
};

/** What could not be read as a quantity, in words for the user. */
export class QuantityError extends Error {}

/**
 * Reads a quantity in its base unit (durations in microseconds, sizes in bytes, rates in bits/s, frequencies
 * per second, ratios as fractions); throws QuantityError with what was expected.
 */
export function parseQuantity(kind: QuantityKind, text: string): number {
  const form = FORMS[kind];
  const parts = text.trim().match(/[-+]?\d[\d_]*(?:\.\d+)?(?:e[-+]?\d+)?\s*[^\d\s.+-]*\s*/gi);
  const whole = parts?.join('') ?? '';
  const readable = parts !== null && whole.length === text.trim().length;
  // Durations may be chained: 1h30min, but not -1h30min, which says one thing and would count another.
  const chained = kind === 'duration' && parts?.every((part) => !/^[-+]/.test(part));
  if (!readable || (parts.length > 1 && !chained)) {
    throw new QuantityError(`expected ${form.noun} such as ${form.example}, got "${text}"`);
  }
  let total = 0;
  for (const part of parts) total += parsePart(form, part.trim(), text);
  return form.integer ? Math.round(total) : total;
}

/** Base unit of a kind of quantity. */
export function baseUnit(kind: QuantityKind): string {
  return FORMS[kind].unit;
}

interface QuantityOptions {
  /** What the parameter is; one sentence. */
  readonly doc: string;
  /** `assumed` or `cited: ...`. */
  readonly source: string;
  /** Smallest value allowed, in the user's units. */
  readonly min?: string;
  readonly max?: string;
  /** Refuses zero and below. */
  readonly positive?: boolean;
}

/** A zod type for a quantity with its unit; parses to the base unit, refuses a bare number. */
export function quantity(kind: QuantityKind, options: QuantityOptions) {
  const form = FORMS[kind];
  const low = options.min === undefined ? undefined : parseQuantity(kind, options.min);
  const high = options.max === undefined ? undefined : parseQuantity(kind, options.max);
  const wrongType = (issue: { readonly input?: unknown }) =>
    `expected ${form.noun} with its unit, such as ${form.example}, got ${showValue(issue.input)}`;
  return z
    .union([z.string(), z.number()], { error: wrongType })
    .transform((input, context): number => {
      const problem = (message: string) => {
        context.addIssue({ code: 'custom', message, input });
        return z.NEVER;
      };
      if (typeof input === 'number' && kind !== 'ratio') return problem(wrongType({ input }));
      let value: number;
      try {
        value = parseQuantity(kind, String(input));
      } catch (error) {
        if (error instanceof QuantityError) return problem(error.message);
        throw error;
      }
      if (options.positive === true && value <= 0) return problem(`expected > 0, got ${input}`);
      if (low !== undefined && value < low) return problem(`expected at least ${options.min}, got ${input}`);
      if (high !== undefined && value > high) return problem(`expected at most ${options.max}, got ${input}`);
      return value;
    })
    .meta({ description: options.doc, unit: form.unit, source: options.source, quantity: kind });
}

function parsePart(form: QuantityForm, part: string, text: string): number {
  const match = /^([-+]?\d[\d_]*(?:\.\d+)?(?:e[-+]?\d+)?)\s*(.*)$/i.exec(part);
  const unit = match?.[2] ?? '';
  const factor = Object.hasOwn(form.factors, unit) ? form.factors[unit] : undefined;
  if (match === null || factor === undefined) {
    const known = Object.keys(form.factors).filter((name) => name !== '').join(', ');
    const missing = unit === '' ? 'has no unit' : `has the unit "${unit}"`;
    const expected = `expected ${form.noun} such as ${form.example}`;
    throw new QuantityError(`${expected}, but "${text}" ${missing} (known: ${known})`);
  }
  return scaled(match[1]!.replaceAll('_', ''), typeof factor === 'number' ? [factor, 1] : [1, factor.per]);
}

/** A decimal number times over / under, rounded once: 4.1 * 1e6 is not 4100000, but 41 * 1e6 / 10 is. */
function scaled(number: string, [over, under]: readonly [number, number]): number {
  const [digits, exponent = '0'] = number.toLowerCase().split('e');
  const [whole, decimals = ''] = digits!.split('.');
  return (Number(whole! + decimals) * over * 10 ** Number(exponent)) / (under * 10 ** decimals.length);
}

/** A value as an error message shows it. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? `"${value}"` : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
