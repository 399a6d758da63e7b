import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';

/** What a test run came to; tests/run.mjs reads it from the file that WEIR_TEST_TALLY names. */
export interface Tally {
  passed: number;
  /** Tests, and files and errors outside of tests that failed on their own. */
  failed: number;
  skipped: { readonly test: string; readonly reason: string }[];
}

/**
 * Writes the tally of a run beside what the default reporter shows, with the reason of every skip.
 * Vitest wants a reporter as the default export.
 */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const tally: Tally = { passed: 0, failed: errors.length, skipped: [] };
    for (const module of modules) {
      for (const test of module.children.allTests()) count(test, tally);
      const suites = [module, ...module.children.allSuites()];
      tally.failed += suites.filter((suite) => suite.errors().length > 0).length;
    }
    const path = process.env['WEIR_TEST_TALLY'];
    if (path !== undefined) writeFileSync(path, JSON.stringify(tally));
  }
}

function count(test: TestCase, tally: Tally): void {
  const result = test.result();
  if (result.state === 'passed') tally.passed++;
  else if (result.state === 'failed') tally.failed++;
  else {
    const reason = result.state === 'skipped' && result.note !== undefined ? result.note : 'no reason given';
    tally.skipped.push({ test: `${test.module.relativeModuleId}: ${test.fullName}`, reason });
  }
}
