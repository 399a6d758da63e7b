import ts from 'typescript';
import { findingAt, lineOf, type Finding, type Source } from './tree.ts';

/** Names of the rules, as the list of exceptions uses them. */
export type RuleName =
  | 'file-length' | 'line-length' | 'function-length' | 'any' | 'erasable' | 'default-export' | 'export-star'
  | 'dated-todo' | 'whole-test-run' | 'doc-comment';

/** A finding with the rule it breaks. */
export interface TidyFinding extends Finding {
  readonly rule: RuleName;
}

/** Longest a file may be. [lines] */
export const FILE_LINES = 400;
/** Longest a function may be. [lines] */
export const FUNCTION_LINES = 70;
/** Longest a line may be. [characters] */
export const LINE_CHARACTERS = 110;

/** Everything untidy in a file; the syntax tree is walked once for all rules. */
export function untidyIn(source: Source): TidyFinding[] {
  const found: TidyFinding[] = [...lengthFindings(source), ...todoFindings(source)];
  const visit = (node: ts.Node): void => {
    for (const [rule, check] of NODE_RULES) {
      const message = check(node, source);
      if (message !== undefined) found.push({ rule, ...findingAt(source, node, message) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source.tree);
  return found;
}

function lengthFindings(source: Source): TidyFinding[] {
  const lines = source.text.replace(/\n$/, '').split('\n');
  const found: TidyFinding[] = [];
  if (lines.length > FILE_LINES) {
    const message = `${lines.length} lines, at most ${FILE_LINES}: split it by what its parts are about`;
    found.push({ rule: 'file-length', path: source.path, line: 1, message });
  }
  lines.forEach((line, index) => {
    if (line.length <= LINE_CHARACTERS) return;
    const message = `${line.length} characters, at most ${LINE_CHARACTERS}: break the line`;
    found.push({ rule: 'line-length', path: source.path, line: index + 1, message });
  });
  return found;
}

type NodeRule = (node: ts.Node, source: Source) => string | undefined;

function tooLong(node: ts.Node, source: Source): string | undefined {
  if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return undefined;
  if (isDescribeBody(node)) return undefined;
  const lines = lineOf(source, node.end) - lineOf(source, node.getStart(source.tree)) + 1;
  if (lines <= FUNCTION_LINES) return undefined;
  return `a function of ${lines} lines, at most ${FUNCTION_LINES}: give its steps names of their own`;
}

/** What `describe` is handed is a list of tests rather than a function to follow. */
function isDescribeBody(node: ts.Node): boolean {
  const call = node.parent;
  return ts.isCallExpression(call) && /^describe\b/.test(call.expression.getText());
}

function anyType(node: ts.Node): string | undefined {
  return node.kind === ts.SyntaxKind.AnyKeyword ? 'any: say what it is, or unknown and look' : undefined;
}

function unerasable(node: ts.Node): string | undefined {
  if (ts.isEnumDeclaration(node)) return 'an enum does not erase: use a union of string literals';
  if (ts.isModuleDeclaration(node) && ts.isIdentifier(node.name) && node.name.text !== 'global') {
    return 'a namespace does not erase: use a module';
  }
  if (ts.isParameter(node) && ts.isParameterPropertyDeclaration(node, node.parent)) {
    return 'a parameter property does not erase: declare the field and assign it';
  }
  return undefined;
}

function defaultExport(node: ts.Node, source: Source): string | undefined {
  if (/^[^/]+\.config\.(ts|js)$/.test(source.path)) return undefined;
  const said = ts.isExportAssignment(node) ||
    (ts.isExportSpecifier(node) && node.name.text === 'default') ||
    (ts.canHaveModifiers(node) && has(node, ts.SyntaxKind.DefaultKeyword));
  return said ? 'a default export has another name in every file: export it by name' : undefined;
}

function exportStar(node: ts.Node): string | undefined {
  if (!ts.isExportDeclaration(node)) return undefined;
  const star = node.exportClause === undefined || ts.isNamespaceExport(node.exportClause);
  return star ? 'export *: list the names, so that a reader can find them' : undefined;
}

function partialRun(node: ts.Node): string | undefined {
  if (!ts.isPropertyAccessExpression(node) || !LEFT_OUT.has(node.name.text)) return undefined;
  let root: ts.Node = node.expression;
  while (ts.isPropertyAccessExpression(root) || ts.isCallExpression(root)) root = root.expression;
  if (!ts.isIdentifier(root) || !RUNNERS.has(root.text)) return undefined;
  const remedy = 'every test runs; what a machine may lack goes through tests/requirements.ts';
  return `${root.text}.${node.name.text}: ${remedy}`;
}

function undocumented(node: ts.Node, source: Source): string | undefined {
  const kind = DOCUMENTED.get(node.kind);
  if (kind === undefined || !ts.isSourceFile(node.parent)) return undefined;
  const name = nameOf(node);
  if (name === undefined || !isExported(node, name, source.tree)) return undefined;
  // Overloads share the comment of the first.
  const same = source.tree.statements.filter((one) => one.kind === node.kind && nameOf(one) === name);
  if (same.some(isDocumented) || isOfDocumentedSchema(node, source.tree)) return undefined;
  return `${kind} ${name} is exported without a doc comment: a sentence, with units, errors and source`;
}

/** `type Params = z.output<typeof params>`: what is to be said of it stands at the schema. */
function isOfDocumentedSchema(node: ts.Node, tree: ts.SourceFile): boolean {
  if (!ts.isTypeAliasDeclaration(node) || !ts.isTypeReferenceNode(node.type)) return false;
  const [of] = node.type.typeArguments ?? [];
  if (!of || !ts.isTypeQueryNode(of)) return false;
  if (!/^z\.(output|input|infer)$/.test(node.type.typeName.getText())) return false;
  const schema = of.exprName.getText();
  return tree.statements.some((one) =>
    ts.isVariableStatement(one) && isDocumented(one) &&
    one.declarationList.declarations.some((declaration) => declaration.name.getText() === schema));
}

function isDocumented(node: ts.Node): boolean {
  return ts.getJSDocCommentsAndTags(node).length > 0;
}

function isExported(node: ts.Node, name: string, tree: ts.SourceFile): boolean {
  if (ts.canHaveModifiers(node) && has(node, ts.SyntaxKind.ExportKeyword)) return true;
  return tree.statements.some((one) =>
    ts.isExportDeclaration(one) && one.moduleSpecifier === undefined && one.exportClause !== undefined &&
    ts.isNamedExports(one.exportClause) &&
    one.exportClause.elements.some((element) => (element.propertyName ?? element.name).text === name));
}

function nameOf(node: ts.Node): string | undefined {
  const { name } = node as ts.DeclarationStatement;
  return name && ts.isIdentifier(name) ? name.text : undefined;
}

function has(node: ts.HasModifiers, kind: ts.SyntaxKind): boolean {
  return ts.getModifiers(node)?.some((modifier) => modifier.kind === kind) ?? false;
}

function todoFindings(source: Source): TidyFinding[] {
  // Most files have none, and comments are found quickest where the word is.
  if (!MARK.test(source.text)) return [];
  return commentsOf(source).flatMap(({ start, text }) => {
    const mark = MARK.exec(text);
    if (mark === null || /\b20\d\d-\d\d-\d\d\b/.test(text.slice(mark.index).split('\n')[0]!)) return [];
    const message = `${mark[0]} without a date: do it, or write ${mark[0]} 2027-01-31 and what is owed`;
    const line = lineOf(source, start + mark.index);
    return [{ rule: 'dated-todo' as const, path: source.path, line, message }];
  });
}

function commentsOf(source: Source): { readonly start: number; readonly text: string }[] {
  const ranges = new Map<number, number>();
  const visit = (node: ts.Node): void => {
    if (node.kind !== ts.SyntaxKind.JsxText) {
      const around = [
        ...(ts.getLeadingCommentRanges(source.text, node.getFullStart()) ?? []),
        ...(ts.getTrailingCommentRanges(source.text, node.end) ?? []),
      ];
      for (const range of around) ranges.set(range.pos, range.end);
    }
    node.getChildren(source.tree).forEach(visit);
  };
  visit(source.tree);
  return [...ranges].map(([start, end]) => ({ start, text: source.text.slice(start, end) }));
}

const MARK = /\b(TODO|FIXME|XXX)\b/;
const LEFT_OUT = new Set(['only', 'skip', 'todo', 'skipIf', 'runIf', 'fails']);
const RUNNERS = new Set(['test', 'it', 'describe', 'suite', 'bench']);
const DOCUMENTED = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.FunctionDeclaration, 'function'],
  [ts.SyntaxKind.ClassDeclaration, 'class'],
  [ts.SyntaxKind.InterfaceDeclaration, 'interface'],
  [ts.SyntaxKind.TypeAliasDeclaration, 'type'],
]);
const NODE_RULES: readonly (readonly [RuleName, NodeRule])[] = [
  ['function-length', tooLong],
  ['any', anyType],
  ['erasable', unerasable],
  ['default-export', defaultExport],
  ['export-star', exportStar],
  ['whole-test-run', partialRun],
  ['doc-comment', undocumented],
];
