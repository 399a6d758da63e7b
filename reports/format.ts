/** How numbers of one magnitude are written: divided by `divisor`, followed by `suffix`. */
export interface DisplayScale {
  readonly divisor: number;
  /** Unit as people read it, without a leading space; empty for a plain count. */
  readonly suffix: string;
}

/** A figure with its confidence interval, as run documents hold it. */
export interface Figure {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly unit: string;
}

/** What stands for a figure that a run has not observed. */
export const NOTHING = '–';

/** The scale in which a magnitude of a unit reads best: `bits/s` at 5e6 gives Mbps, `s` at 0.02 gives ms. */
export function scaleFor(unit: string, magnitude: number): DisplayScale {
  const size = Math.abs(magnitude);
  const time = SECONDS_IN[unit];
  if (time !== undefined) {
    const step = pick(TIME_STEPS, size * time);
    return { divisor: step.divisor / time, suffix: step.suffix };
  }
  if (unit === 'ratio') return { divisor: 0.01, suffix: '%' };
  if (unit === '%' || unit === 'percent') return { divisor: 1, suffix: '%' };
  const base = PREFIXED[unit];
  if (base !== undefined) {
    const step = pick(SI_STEPS, size);
    return { divisor: step.divisor, suffix: step.suffix + base };
  }
  const step = pick(COUNT_STEPS, size);
  // What stands before a unit ($) or is no unit at all (the 1 of 1/h) is not repeated behind the number.
  if (/^\$|^1\//.test(unit)) return { divisor: step.divisor, suffix: step.suffix + unit.slice(1) };
  return { divisor: step.divisor, suffix: [step.suffix, unit].filter((part) => part !== '').join(' ') };
}

/** A value with its unit in three significant digits: `1.21 s`, `97.3 %`, `5.23 Mbps`; a dash for null. */
export function formatValue(value: number | null, unit: string): string {
  if (value === null || Number.isNaN(value)) return NOTHING;
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  const seconds = value * (SECONDS_IN[unit] ?? 0);
  if (Math.abs(seconds) >= LONG_SECONDS) return formatDuration(seconds);
  const scale = scaleFor(unit, value);
  return withUnit(digitsOf(value / scale.divisor, scale), scale, unit);
}

/** A figure with its 95 % interval: `1.21 s (1.10–1.32)`, or `1.21 s (single run)`. */
export function formatFigure(figure: Figure): string {
  const interval = formatInterval(figure);
  if (figure.value === null) return NOTHING;
  if (interval === null) return `${formatValue(figure.value, figure.unit)} (single run)`;
  return `${formatFigureValue(figure)} (${interval})`;
}

/** The value of a figure, with as many decimals as its interval shows. */
export function formatFigureValue(figure: Figure): string {
  const { value, low, high, unit } = figure;
  if (value === null || low === null || high === null || low === high) return formatValue(value, unit);
  const scale = scaleFor(unit, Math.max(Math.abs(low), Math.abs(high)));
  const decimals = decimalsForWidth((high - low) / scale.divisor);
  return withUnit(grouped(value / scale.divisor, decimals), scale, unit);
}

/** The bounds of a figure in the scale its value is shown in, without a unit; null for a single run. */
export function formatInterval(figure: Figure): string | null {
  const { value, low, high, unit } = figure;
  if (value === null || low === null || high === null) return null;
  const scale = scaleFor(unit, Math.max(Math.abs(low), Math.abs(high)));
  if (low === high) {
    const text = digitsOf(low / scale.divisor, scale);
    return `${text}–${text}`;
  }
  const decimals = decimalsForWidth((high - low) / scale.divisor);
  // A dash before a minus sign would be read as one.
  const between = low < 0 ? ' to ' : '–';
  return `${grouped(low / scale.divisor, decimals)}${between}${grouped(high / scale.divisor, decimals)}`;
}

/** Two values as a range, the unit told once where both share it: `1.1 to 4.39 Mbps`. */
export function formatRange(low: number | null, high: number | null, unit: string): string {
  const [first, last] = [formatValue(low, unit), formatValue(high, unit)];
  const suffix = / \D+$/.exec(last)?.[0] ?? '';
  const shared = suffix !== '' && first.endsWith(suffix) && !/\d [a-z]+ \d/.test(first + last);
  return `${shared ? first.slice(0, -suffix.length) : first} to ${last}`;
}

/** A duration in its two largest units: `450 ms`, `75.0 s`, `2 min 5 s`, `1 h 30 min`, `3 d 4 h`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return formatValue(seconds, '');
  if (seconds < 0) return `-${formatDuration(-seconds)}`;
  if (seconds < LONG_SECONDS) return formatValue(seconds, 's');
  const whole = Math.round(seconds);
  const parts: Array<[number, string]> = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  const shown = parts.slice(first, first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

/** Time on a clock face, as time axes show it: `1:05`, `2:03:04`; minutes come first below an hour. */
export function formatClock(seconds: number): string {
  const whole = Math.round(Math.abs(seconds));
  const two = (count: number): string => String(count).padStart(2, '0');
  const sign = seconds < 0 && whole > 0 ? '-' : '';
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const start = hours > 0 ? `${hours}:${two(minutes)}` : String(minutes);
  return `${sign}${start}:${two(whole % 60)}`;
}

/** A whole number with separators: `1,234,567`. */
export function formatCount(value: number): string {
  return grouped(Math.round(value), 0);
}

/** A relative change with its sign: `+12.3 %`; a dash when there is none to give. */
export function formatChange(relative: number | null): string {
  if (relative === null || !Number.isFinite(relative)) return NOTHING;
  const text = grouped(Math.abs(relative) * 100, Math.abs(relative) < 0.1 ? 2 : 1);
  if (Number(text.replaceAll(',', '')) === 0) return '0 %';
  return `${relative > 0 ? '+' : '-'}${text} %`;
}

/** A difference with its sign and unit; differences of ratios are in percentage points. */
export function formatDifference(difference: number | null, unit: string): string {
  if (difference === null || difference === 0) return difference === null ? NOTHING : '0';
  const text = formatValue(Math.abs(difference), unit).replace(/%$/, 'pp');
  return `${difference > 0 ? '+' : '-'}${text}`;
}

/** A scale of sampling as people say it: `1/1000`, or `full` for 1. */
export function formatScale(scale: number): string {
  if (scale === 1) return 'full';
  return scale < 1 && scale > 0 ? `1/${Math.round(1 / scale)}` : String(scale);
}

/** A number in `digits` significant digits, never in exponent form. */
export function significant(value: number, digits: number): string {
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(digits));
  const decimals = digits - 1 - Math.floor(Math.log10(Math.abs(rounded)));
  return grouped(value, Math.min(Math.max(decimals, 0), 12));
}

/** Name of a metric or indicator as a heading, without its unit: `start_seconds_p99` gives `Start p99`. */
export function humanise(name: string): string {
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').split(/[_\s-]+/).filter((word) => word !== '');
  const told = words.filter((word, i) => i === 0 || !UNIT_WORDS.has(word));
  const text = told.map((word) => (ACRONYMS.has(word) ? word.toUpperCase() : word)).join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A long digest cut for reading; the whole one belongs in a title or a manifest. */
export function shortDigest(digest: string): string {
  const [, scheme = '', hex = digest] = /^([a-z0-9-]+:)?(.*)$/.exec(digest) ?? [];
  return hex.length > 14 ? `${scheme}${hex.slice(0, 12)}` : digest;
}

function digitsOf(shown: number, scale: DisplayScale): string {
  if (scale.suffix === '%') return percentDigits(shown);
  if (Number.isInteger(shown)) return grouped(shown, 0);
  return significant(shown, 3);
}

// 99.95 % and 99.99 % are different promises: two digits of the distance to the nearer end.
function percentDigits(percent: number): string {
  const near = Math.min(Math.abs(percent), Math.abs(100 - percent));
  if (near === 0 || !Number.isFinite(near)) return grouped(percent, 0);
  return grouped(percent, Math.min(Math.max(1 - Math.floor(Math.log10(near)), 1), 5));
}

function decimalsForWidth(width: number): number {
  return Math.min(Math.max(1 - Math.floor(Math.log10(width)), 0), 6);
}

function grouped(value: number, decimals: number): string {
  const [whole = '', fraction] = value.toFixed(decimals).split('.');
  const separated = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? separated : `${separated}.${fraction}`;
}

function withUnit(digits: string, scale: DisplayScale, unit: string): string {
  if (unit.startsWith('$')) return `$${digits}${scale.suffix}`.replace('$-', '-$');
  if (scale.suffix === '' || scale.suffix.startsWith('/')) return digits + scale.suffix;
  return `${digits} ${scale.suffix}`;
}

function pick(steps: readonly Step[], size: number): Step {
  return steps.find((step) => size >= step.from) ?? steps.at(-1)!;
}

/** Words of a name that its value says again. */
const UNIT_WORDS = new Set(['seconds', 'percent', 'ms']);

const ACRONYMS = new Set(['cdn', 'abr', 'gpu', 'drm', 'api', 'slo', 'sli']);

interface Step extends DisplayScale {
  /** Smallest magnitude shown in this step. */
  readonly from: number;
}

// 999.6 rounds to 1000 in three digits, so a prefix begins a little below its power of ten.
function prefixSteps(prefixes: ReadonlyArray<readonly [number, string]>): Step[] {
  return prefixes.map(([divisor, suffix]) =>
    ({ divisor, suffix, from: suffix === '' ? 0 : divisor * 0.9995 }));
}

/** From here on a duration is told in two units rather than in seconds. */
const LONG_SECONDS = 120;

const SECONDS_IN: Readonly<Record<string, number>> = { s: 1, seconds: 1, ms: 1e-3, us: 1e-6 };

const TIME_STEPS: readonly Step[] = [
  { from: 172_800, divisor: 86_400, suffix: 'd' },
  { from: 7200, divisor: 3600, suffix: 'h' },
  { from: LONG_SECONDS, divisor: 60, suffix: 'min' },
  { from: 0.9995, divisor: 1, suffix: 's' },
  { from: 0.9995e-3, divisor: 1e-3, suffix: 'ms' },
  { from: Number.MIN_VALUE, divisor: 1e-6, suffix: 'µs' },
  { from: 0, divisor: 1, suffix: 's' },
];

const SI_STEPS = prefixSteps([
  [1e18, 'E'], [1e15, 'P'], [1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k'], [1, ''],
]);

// Counts stay whole up to a million: 12,345 sessions says more than 12.3 k sessions.
const COUNT_STEPS = prefixSteps([[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1, '']]);

const PREFIXED: Readonly<Record<string, string>> = {
  'bits/s': 'bps', bytes: 'B', 'bytes/s': 'B/s', bits: 'bit', '1/s': '/s',
};
