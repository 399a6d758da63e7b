/** A parameter with the values that a sweep gives it, as they were written. */
export interface Factor {
  readonly path: string;
  readonly values: readonly string[];
}

/** A combination of values: settings as `--set` takes them, and what it is called. */
export interface Combination {
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
  readonly settings: readonly string[];
}

/**
 * `path=value,value`: a setting with its values. Commas within brackets, braces and quotes belong to a value:
 * `[a, b]` is one. undefined when it is no setting at all.
 */
export function parseFactor(text: string): Factor | undefined {
  const split = text.indexOf('=');
  if (split < 1) return undefined;
  return { path: text.slice(0, split).trim(), values: splitValues(text.slice(split + 1)) };
}

/** Every combination of the values of factors, the last one varying fastest, named by what varies. */
export function combine(factors: readonly Factor[]): Combination[] {
  const short = shortNames(factors);
  let combinations: Combination[] = [{ name: '', values: {}, settings: [] }];
  factors.forEach(({ path, values }, i) => {
    combinations = combinations.flatMap((one) => values.map((value) => {
      const word = `${short[i]}=${value}`;
      return {
        name: one.name === '' ? word : `${one.name} ${word}`,
        values: { ...one.values, [path]: value },
        settings: [...one.settings, `${path}=${value}`],
      };
    }));
  });
  return combinations;
}

/** As much of the end of each path as tells it from others: `edge.capacity` beside `regional.capacity`. */
export function shortNames(factors: readonly Factor[]): string[] {
  return factors.map(({ path }) => {
    const keys = path.split('.');
    for (let count = 1; count < keys.length; count++) {
      const end = keys.slice(-count).join('.');
      const others = factors.filter((other) => other.path !== path);
      if (!others.some((other) => `.${other.path}`.endsWith(`.${end}`))) return end;
    }
    return path;
  });
}

function splitValues(text: string): string[] {
  const values: string[] = [];
  let depth = 0;
  let quote = '';
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i]!;
    if (quote !== '') {
      if (letter === quote) quote = '';
    } else if (letter === '"' || letter === "'") quote = letter;
    else if ('[{('.includes(letter)) depth++;
    else if (']})'.includes(letter)) depth--;
    else if (letter === ',' && depth === 0) {
      values.push(text.slice(from, i).trim());
      from = i + 1;
    }
  }
  values.push(text.slice(from).trim());
  return values;
}
