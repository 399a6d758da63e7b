import ts from 'typescript';
import { findingAt, type Finding, type Source } from './tree.ts';

/** Global names that reach a clock, a timer, randomness or the outside, and what to use in their stead. */
export const IMPURE_GLOBALS: Readonly<Record<string, string>> = {
  Date: 'time comes in as `now`',
  performance: 'time comes in as `now`',
  setTimeout: 'ask for a wake-up with wakeAt()',
  setInterval: 'ask for a wake-up with wakeAt()',
  setImmediate: 'ask for a wake-up with wakeAt()',
  queueMicrotask: 'ask for a wake-up with wakeAt()',
  requestAnimationFrame: 'ask for a wake-up with wakeAt()',
  process: 'take it as a parameter',
  crypto: 'draw from a named RandomStream',
  console: 'leave through a port or a metric',
  fetch: 'leave through a port',
  Intl: 'it differs between machines; formatting belongs to reports/',
  globalThis: 'take it as a parameter',
};

/**
 * Uses of a clock, a timer, randomness, the console or the machine's language, in the syntax tree: a name
 * declared in the file itself, a property or a type of the same name is not one.
 */
export function impureUses(source: Source, onlyRandomness = false): Finding[] {
  const found: Finding[] = [];
  const visit = (node: ts.Node, declared: ReadonlySet<string>): void => {
    const names = ownNames(node);
    const known = names.length > 0 ? new Set([...declared, ...names]) : declared;
    const message = onlyRandomness ? randomness(node, known) : impurity(node, known);
    if (message !== undefined) found.push(findingAt(source, node, message));
    ts.forEachChild(node, (child) => visit(child, known));
  };
  visit(source.tree, new Set());
  return found;
}

function impurity(node: ts.Node, declared: ReadonlySet<string>): string | undefined {
  const random = randomness(node, declared);
  if (random !== undefined) return random;
  const member = memberName(node);
  if (member?.startsWith('toLocale') === true) {
    return `${member}() differs between machines; formatting belongs to reports/`;
  }
  if (!ts.isIdentifier(node) || declared.has(node.text) || !isValueUse(node)) return undefined;
  const instead = Object.hasOwn(IMPURE_GLOBALS, node.text) ? IMPURE_GLOBALS[node.text] : undefined;
  return instead === undefined ? undefined : `uses ${node.text}: ${instead}`;
}

/** Math.random however it is reached: called, passed on, taken out of Math. */
function randomness(node: ts.Node, declared: ReadonlySet<string>): string | undefined {
  if (!ts.isIdentifier(node) || node.text !== 'Math') return undefined;
  if (declared.has('Math') || !isValueUse(node)) return undefined;
  const member = memberName(node.parent);
  if (member === undefined) return 'uses Math as a value, which hides Math.random: name its functions';
  return member === 'random' ? 'uses Math.random: draw from a named RandomStream' : undefined;
}

function memberName(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
    return node.argumentExpression.text;
  }
  return undefined;
}

/** Whether an identifier stands for a value, rather than for a property, a label, a type or a declaration. */
function isValueUse(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (
    ts.isPropertyAssignment(parent) || ts.isBindingElement(parent) || ts.isParameter(parent) ||
    ts.isPropertyDeclaration(parent) || ts.isVariableDeclaration(parent)
  ) {
    return parent.initializer === node;
  }
  if (ts.isTypeNode(parent) && !ts.isExpressionWithTypeArguments(parent)) return false;
  return !(
    ts.isQualifiedName(parent) || ts.isTypeElement(parent) || ts.isClassElement(parent) ||
    ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent) || ts.isEnumMember(parent) ||
    ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent) ||
    ts.isTypeAliasDeclaration(parent) || ts.isInterfaceDeclaration(parent)
  );
}

/** Names that a scope declares: parameters, variables, functions, classes and imports standing in it. */
function ownNames(node: ts.Node): string[] {
  const names: string[] = [];
  const take = (name: ts.BindingName | undefined): void => {
    if (name === undefined) return;
    if (ts.isIdentifier(name)) names.push(name.text);
    else for (const element of name.elements) if (ts.isBindingElement(element)) take(element.name);
  };
  if (ts.isFunctionLike(node)) for (const parameter of node.parameters) take(parameter.name);
  if (ts.isCatchClause(node)) take(node.variableDeclaration?.name);
  if (isLoop(node) && node.initializer && ts.isVariableDeclarationList(node.initializer)) {
    node.initializer.declarations.forEach((one) => take(one.name));
  }
  const statements = ts.isBlock(node) || ts.isSourceFile(node) ? node.statements : [];
  for (const statement of statements) {
    if (ts.isVariableStatement(statement)) {
      statement.declarationList.declarations.forEach((one) => take(one.name));
    } else if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) take(statement.name);
    else if (ts.isImportDeclaration(statement)) importedNames(statement).forEach((name) => names.push(name));
  }
  return names;
}

function isLoop(node: ts.Node): node is ts.ForStatement | ts.ForOfStatement | ts.ForInStatement {
  return ts.isForStatement(node) || ts.isForOfStatement(node) || ts.isForInStatement(node);
}

function importedNames(statement: ts.ImportDeclaration): string[] {
  const clause = statement.importClause;
  const bindings = clause?.namedBindings;
  const names = clause?.name ? [clause.name.text] : [];
  if (bindings && ts.isNamespaceImport(bindings)) names.push(bindings.name.text);
  if (bindings && ts.isNamedImports(bindings)) names.push(...bindings.elements.map((one) => one.name.text));
  return names;
}
