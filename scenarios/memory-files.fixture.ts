import { FileTooLargeError, type FileSource } from './files.ts';

/** Files by their paths, for tests: the library is the folder `lib`, and a text is its own digest. */
export function memoryFiles(texts: Readonly<Record<string, string>>): FileSource {
  const paths = Object.keys(texts);
  const namesIn = (folder: string) => {
    const prefix = folder === '.' ? '' : `${folder}/`;
    const below = paths.filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length).split('/')[0]!);
    return below.length === 0 ? undefined : [...new Set(below)].sort();
  };
  return {
    library: 'lib',
    readText(path, limit) {
      const text = texts[path];
      if (text !== undefined && text.length > limit) throw new FileTooLargeError(path, text.length, limit);
      return text;
    },
    list: namesIn,
    exists: (path) => path in texts || namesIn(path) !== undefined,
    resolve: (from, path) => normalised(`${from.slice(0, from.lastIndexOf('/') + 1)}${path}`),
    sha256: (text) => text,
  };
}

function normalised(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}
