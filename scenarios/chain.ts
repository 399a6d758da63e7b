import { readScenarioFile, type ScenarioFile } from './document.ts';
import { ScenarioError } from './errors.ts';
import type { FileSource } from './files.ts';

/** A scenario file and the files it extends, the most particular first; throws ScenarioError. */
export function readChain(file: string, files: FileSource): ScenarioFile[] {
  const chain: ScenarioFile[] = [readScenarioFile(file, files)];
  for (;;) {
    const current = chain.at(-1)!;
    const base: unknown = current.value['extends'];
    if (base === undefined) return chain;
    const at = current.place(['extends'])!.place;
    const issue = (message: string) => new ScenarioError([{ ...at, path: 'extends', message }]);
    if (typeof base !== 'string' || base === '') throw issue('expected the path of a scenario file');
    const next = files.resolve(current.file, base);
    if (files.list(next) !== undefined) throw issue(`expected a scenario file, but ${base} is a folder`);
    if (!files.exists(next)) throw issue(`expected a scenario file, but there is no ${base}`);
    const same = (path: string) => files.resolve(path, next) === files.resolve(path, path);
    if (chain.some((known) => known.file === next || same(known.file))) {
      throw issue(`expected another file: ${base} extends itself`);
    }
    if (chain.length === MOST_FILES) {
      throw issue(`expected at most ${MOST_FILES} files that extend each other`);
    }
    chain.push(readScenarioFile(next, files));
  }
}

/** Files that may extend each other: more than anybody follows, fewer than a circle of links makes. */
const MOST_FILES = 10;
