/** Wraps text in terminal colours, or leaves it as it is. */
export interface Painter {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly unsure: (text: string) => string;
}

/** A painter with ANSI colours; with `colour` false every method returns its text. */
export function painter(colour: boolean): Painter {
  const paint = (open: string, close: string) => (text: string): string =>
    colour && text !== '' ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    bold: paint('1', '22'),
    dim: paint('2', '22'),
    good: paint('38;5;39', '39'),
    bad: paint('38;5;208', '39'),
    unsure: paint('38;5;141', '39'),
  };
}

/** Columns a text takes on a terminal: colours take none. */
export function visibleLength(text: string): number {
  return [...text.replace(/\u001b\[[0-9;]*m/g, '')].length;
}

/** Lines of a table whose columns are as wide as their widest cell; columns named in `right` end flush. */
export function textTable(rows: ReadonlyArray<readonly string[]>, right: readonly number[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, visibleLength(cell))));
  }
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const space = ' '.repeat(widths[i]! - visibleLength(cell));
        return right.includes(i) ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Breaks text at spaces into lines of at most `width` columns; a longer word gets its own line. */
export function wrapText(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && visibleLength(indent + line) + 1 + visibleLength(word) > width) {
      lines.push(indent + line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, indent + line];
}
