import type { Us } from '../../core/units.ts';
import { evaluatePromql } from '../promql/evaluate.ts';
import { parsePromql } from '../promql/parse.ts';
import type { SeriesStore } from '../promql/series.ts';
import type { Expression } from '../promql/syntax.ts';

/** What has to be seen before somebody acts: an alert that fires, or PromQL that gives something. */
export class Condition {
  readonly #text: string;
  /** undefined: the name of an alert. */
  readonly #expression: Expression | undefined;

  /** Throws PromqlError for a text that is neither. */
  constructor(text: string) {
    this.#text = text;
    this.#expression = isAlertName(text) ? undefined : parsePromql(text);
  }

  /** Whether it holds, given the names of the alerts that fire. */
  holds(store: SeriesStore, now: Us, firing: ReadonlySet<string>): boolean {
    if (this.#expression === undefined) return firing.has(this.#text);
    const value = evaluatePromql(this.#expression, store, now / 1000);
    return value.kind === 'scalar' ? value.value !== 0 : value.samples.length > 0;
  }
}

/** Whether a text is an alert's name rather than an expression. */
export function isAlertName(text: string): boolean {
  return /^[A-Za-z][\w-]*$/.test(text);
}
