/** How a selector's label must compare. */
export interface LabelMatcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
  readonly test: (value: string) => boolean;
}

/** Operators between two expressions. */
export type BinaryOperator =
  | '+' | '-' | '*' | '/' | '%' | '^' | 'atan2'
  | '==' | '!=' | '<' | '<=' | '>' | '>='
  | 'and' | 'or' | 'unless';

/** How series of the two sides of an operator find each other. */
export interface VectorMatching {
  readonly on: boolean;
  readonly labels: readonly string[];
  /** The side that may have many series for one of the other. */
  readonly many: 'none' | 'left' | 'right';
  /** Labels taken over from the side of one. */
  readonly include: readonly string[];
}

/** Operators over the series of a vector. */
export type AggregateOperator =
  | 'sum' | 'avg' | 'min' | 'max' | 'count' | 'group' | 'stddev' | 'stdvar' | 'topk' | 'bottomk' | 'quantile';

/** Series by name and labels, at one moment. */
export interface SelectorNode {
  readonly kind: 'selector';
  readonly matchers: readonly LabelMatcher[];
  /** Moves the moment back. [ms] */
  readonly offsetMs: number;
}

/** Samples of series over a span. */
export interface RangeNode {
  readonly kind: 'range';
  readonly selector: SelectorNode;
  readonly rangeMs: number;
}

/** An expression evaluated at steps over a span. */
export interface SubqueryNode {
  readonly kind: 'subquery';
  readonly expression: Expression;
  readonly rangeMs: number;
  /** undefined: the interval of evaluation. [ms] */
  readonly stepMs: number | undefined;
  readonly offsetMs: number;
}

/** An expression of the query language, as far as Weir evaluates it. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'negated'; readonly operand: Expression }
  | SelectorNode
  | RangeNode
  | SubqueryNode
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | {
    readonly kind: 'aggregate';
    readonly op: AggregateOperator;
    readonly by: boolean;
    readonly labels: readonly string[];
    readonly parameter: Expression | undefined;
    readonly operand: Expression;
  }
  | {
    readonly kind: 'binary';
    readonly op: BinaryOperator;
    /** Compare as 0 or 1 instead of filtering. */
    readonly bool: boolean;
    readonly matching: VectorMatching;
    readonly left: Expression;
    readonly right: Expression;
  };

/** Text that is no expression, or one that uses what Weir does not evaluate. */
export class PromqlError extends Error {
  override readonly name = 'PromqlError';
  readonly query: string;
  /** Characters before the problem. */
  readonly at: number;

  constructor(query: string, at: number, problem: string) {
    super(`${problem}, at character ${at + 1} of ${JSON.stringify(query)}`);
    this.query = query;
    this.at = at;
  }
}
