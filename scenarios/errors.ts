/** One thing that is wrong with what the user wrote. */
export interface ScenarioIssue {
  /** The file as the user named it, or `--set ...`. */
  readonly file: string;
  /** From 1; 0 when the problem has no place in the file. */
  readonly line: number;
  readonly column: number;
  /** Path of the parameter: `cdn.edge.capacity`; empty for the file as a whole. */
  readonly path: string;
  /** What was expected and what was got. */
  readonly message: string;
}

/** The user's file is wrong: all its problems at once; exit status 2. */
export class ScenarioError extends Error {
  readonly issues: readonly ScenarioIssue[];

  constructor(issues: readonly ScenarioIssue[]) {
    super(issues.map(formatIssue).join('\n'));
    this.name = 'ScenarioError';
    this.issues = issues;
  }
}

/** An issue on one line: `file:line:column: path: message`. */
export function formatIssue(issue: ScenarioIssue): string {
  const place = issue.line > 0 ? `${issue.file}:${issue.line}:${issue.column}` : issue.file;
  return issue.path === '' ? `${place}: ${issue.message}` : `${place}: ${issue.path}: ${issue.message}`;
}

/** A path as users read it: `edges[0].capacity`. */
export function formatPath(path: ReadonlyArray<string | number>): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : i === 0 ? key : `.${key}`)).join('');
}

/** The known name nearest to a misspelt one; undefined when none is within a third of its letters. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  // Of a very short name something must be left.
  let bestDistance = Math.min(Math.max(2, Math.ceil(name.length / 3)), name.length - 1) + 1;
  for (const candidate of known) {
    const near = candidate.toLowerCase().startsWith(name.toLowerCase()) && name.length >= 3;
    const distance = near ? 1 : editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** A sentence that names the nearest known name, or the known ones when none is near. */
export function suggest(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  if (nearest !== undefined) return `did you mean "${nearest}"?`;
  return `known: ${known.join(', ')}`;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replace, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
