import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { FUNCTIONS } from './functions.ts';
import { NAME } from './labels.ts';
import {
  PromqlError,
  type AggregateOperator,
  type BinaryOperator,
  type Expression,
  type LabelMatcher,
  type SelectorNode,
  type VectorMatching,
} from './syntax.ts';

/** Reads a PromQL expression; throws PromqlError with the place of what is wrong or not supported. */
export function parsePromql(query: string): Expression {
  const tree = parser.parse(query);
  tree.iterate({
    enter: (node) => {
      if (node.type.isError) throw new PromqlError(query, node.from, 'expected PromQL');
    },
  });
  const first = tree.topNode.firstChild;
  if (first === null) throw new PromqlError(query, 0, 'expected an expression');
  return new Reader(query).read(first);
}

/** Length of a duration such as `1h30m`. [ms] */
export function parseDurationMs(text: string): number | undefined {
  if (!/^(\d+(ms|[smhdwy]))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[smhdwy])/g)) total += Number(count) * MS[unit!]!;
  return total;
}

const S = 1000;
const MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: S,
  m: 60 * S,
  h: 3600 * S,
  d: 86_400 * S,
  w: 7 * 86_400 * S,
  y: 365 * 86_400 * S,
};

const AGGREGATES: ReadonlySet<string> = new Set<AggregateOperator>([
  'sum',
  'avg',
  'min',
  'max',
  'count',
  'group',
  'stddev',
  'stdvar',
  'topk',
  'bottomk',
  'quantile',
]);
const BINARIES: Readonly<Record<string, BinaryOperator>> = {
  Add: '+',
  Sub: '-',
  Mul: '*',
  Div: '/',
  Mod: '%',
  Pow: '^',
  Atan2: 'atan2',
  EqlC: '==',
  Neq: '!=',
  Lss: '<',
  Lte: '<=',
  Gtr: '>',
  Gte: '>=',
  And: 'and',
  Or: 'or',
  Unless: 'unless',
};

/** Turns syntax nodes of one query into expressions. */
class Reader {
  readonly #query: string;

  constructor(query: string) {
    this.#query = query;
  }

  read(node: SyntaxNode): Expression {
    switch (node.name) {
      case 'ParenExpr':
        return this.read(node.firstChild!);
      case 'NumberDurationLiteral':
        return { kind: 'number', value: this.#number(node) };
      case 'UnaryExpr':
        return this.#unary(node);
      case 'VectorSelector':
        return this.#selector(node, 0);
      case 'MatrixSelector':
        return {
          kind: 'range',
          selector: this.#selector(node.firstChild!, 0),
          rangeMs: this.#duration(node.lastChild!),
        };
      case 'OffsetExpr':
        return this.#offset(node);
      case 'SubqueryExpr':
        return this.#subquery(node);
      case 'FunctionCall':
        return this.#call(node);
      case 'AggregateExpr':
        return this.#aggregate(node);
      case 'BinaryExpr':
        return this.#binary(node);
      default:
        return this.#fail(node, `${this.#text(node)} is not something Weir evaluates`);
    }
  }

  #unary(node: SyntaxNode): Expression {
    const operand = this.read(node.lastChild!);
    return this.#text(node.firstChild!) === '-' ? { kind: 'negated', operand } : operand;
  }

  #selector(node: SyntaxNode, offsetMs: number): SelectorNode {
    const matchers: LabelMatcher[] = [];
    for (const child of children(node)) {
      if (child.name === 'Identifier') matchers.push(matcher(NAME, '=', this.#text(child)));
      else if (child.name === 'LabelMatchers') matchers.push(...this.#matchers(child));
      else this.#fail(child, `${this.#text(child)} is not supported in a selector`);
    }
    return { kind: 'selector', matchers, offsetMs };
  }

  #matchers(node: SyntaxNode): LabelMatcher[] {
    return children(node).map((one) => {
      if (one.name !== 'UnquotedLabelMatcher') {
        return this.#fail(one, 'expected a matcher such as job="edge"');
      }
      const [label, op, value] = children(one);
      const pattern = unquote(this.#text(value!));
      try {
        return matcher(this.#text(label!), this.#text(op!) as LabelMatcher['op'], pattern);
      } catch {
        return this.#fail(value!, `${pattern} is not a regular expression`);
      }
    });
  }

  #offset(node: SyntaxNode): Expression {
    const offsetMs = this.#duration(node.lastChild!);
    const inner = this.read(node.firstChild!);
    // The grammar binds the sign of a selector before its offset.
    const moved = inner.kind === 'negated' ? inner.operand : inner;
    const back = (one: Expression): Expression => {
      if (one.kind === 'selector' || one.kind === 'subquery') return { ...one, offsetMs };
      if (one.kind === 'range') return { ...one, selector: { ...one.selector, offsetMs } };
      return this.#fail(node, 'only a selector or subquery takes an offset');
    };
    return inner.kind === 'negated' ? { kind: 'negated', operand: back(moved) } : back(moved);
  }

  #subquery(node: SyntaxNode): Expression {
    const [expression, range, step] = children(node);
    return {
      kind: 'subquery',
      expression: this.read(expression!),
      rangeMs: this.#duration(range!),
      stepMs: step === undefined ? undefined : this.#duration(step),
      offsetMs: 0,
    };
  }

  #call(node: SyntaxNode): Expression {
    const [identifier, body] = children(node);
    const name = this.#text(identifier!);
    const signature = FUNCTIONS[name];
    if (signature === undefined) return this.#fail(identifier!, `${name}() is not supported`);
    const args = children(body!).map((argument) => this.read(argument));
    const [least, most] = signature.arity;
    if (args.length < least || args.length > most) {
      const expected = least === most ? String(least) : `${least} to ${most}`;
      return this.#fail(identifier!, `${name}() takes ${expected} arguments, not ${args.length}`);
    }
    const spans = args.some((arg) => arg.kind === 'range' || arg.kind === 'subquery');
    if (spans !== signature.overTime) {
      return this.#fail(
        identifier!,
        spans ? `${name}() takes a vector, not a range` : `${name}() takes a range such as x[5m]`,
      );
    }
    return { kind: 'call', name, args };
  }

  #aggregate(node: SyntaxNode): Expression {
    const parts = children(node);
    const op = this.#text(parts[0]!);
    if (!AGGREGATES.has(op)) return this.#fail(node, `${op}() is not supported`);
    const modifier = parts.find((part) => part.name === 'AggregateModifier');
    const body = children(parts.find((part) => part.name === 'FunctionCallBody')!);
    const operand = body[body.length - 1];
    const needsParameter = op === 'topk' || op === 'bottomk' || op === 'quantile';
    if (operand === undefined || body.length !== (needsParameter ? 2 : 1)) {
      return this.#fail(node, `${op}() takes ${needsParameter ? 'a number and a vector' : 'one vector'}`);
    }
    return {
      kind: 'aggregate',
      op: op as AggregateOperator,
      by: modifier === undefined || modifier.getChild('By') !== null,
      labels: modifier === undefined ? [] : this.#labels(modifier),
      parameter: needsParameter ? this.read(body[0]!) : undefined,
      operand: this.read(operand),
    };
  }

  #binary(node: SyntaxNode): Expression {
    const parts = children(node);
    const operator = parts.find((part) => BINARIES[part.name] !== undefined);
    if (operator === undefined) return this.#fail(node, 'this operator is not supported');
    const clause = parts.find((part) => part.name === 'MatchingModifierClause');
    return {
      kind: 'binary',
      op: BINARIES[operator.name]!,
      bool: parts.some((part) => part.name === 'BoolModifier'),
      matching: this.#matching(clause),
      left: this.read(parts[0]!),
      right: this.read(parts[parts.length - 1]!),
    };
  }

  #matching(clause: SyntaxNode | undefined): VectorMatching {
    if (clause === undefined) return { on: false, labels: [], many: 'none', include: [] };
    const [labels, include] = clause.getChildren('GroupingLabels').map((list) => this.#labelList(list));
    const many =
      clause.getChild('GroupLeft') !== null
        ? 'left'
        : clause.getChild('GroupRight') !== null
          ? 'right'
          : 'none';
    return { on: clause.getChild('On') !== null, labels: labels ?? [], many, include: include ?? [] };
  }

  #labels(modifier: SyntaxNode): string[] {
    return this.#labelList(modifier.getChild('GroupingLabels')!);
  }

  #labelList(list: SyntaxNode): string[] {
    return list.getChildren('LabelName').map((label) => this.#text(label));
  }

  #number(node: SyntaxNode): number {
    const text = this.#text(node).toLowerCase();
    if (/^[+-]?inf$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
    if (text === 'nan') return NaN;
    const durationMs = parseDurationMs(text);
    const value = durationMs === undefined ? Number(text) : durationMs / S;
    return Number.isNaN(value) ? this.#fail(node, `${text} is not a number`) : value;
  }

  #duration(node: SyntaxNode): number {
    const text = this.#text(node);
    const sign = text.startsWith('-') ? -1 : 1;
    const length = parseDurationMs(text.replace(/^-/, ''));
    return length === undefined
      ? this.#fail(node, `expected a duration such as 5m, got ${text}`)
      : sign * length;
  }

  #text(node: SyntaxNode): string {
    return this.#query.slice(node.from, node.to);
  }

  #fail(node: SyntaxNode, problem: string): never {
    throw new PromqlError(this.#query, node.from, problem);
  }
}

function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) found.push(child);
  return found;
}

function matcher(label: string, op: LabelMatcher['op'], value: string): LabelMatcher {
  if (op === '=') return { label, op, value, test: (other) => other === value };
  if (op === '!=') return { label, op, value, test: (other) => other !== value };
  const pattern = new RegExp(`^(?:${value})$`, 'su');
  const expected = op === '=~';
  return { label, op, value, test: (other) => pattern.test(other) === expected };
}

function unquote(text: string): string {
  if (text.startsWith('`')) return text.slice(1, -1);
  const inner = text
    .slice(1, -1)
    .replaceAll(/\\(.)/g, (_, character: string) => ESCAPES[character] ?? character);
  return inner;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
