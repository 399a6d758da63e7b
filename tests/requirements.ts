import type { TestContext } from 'vitest';

/**
 * Says that a test cannot run because something is not installed: a failure in CI, where everything has to be
 * there; elsewhere a skip that names the reason.
 */
export function missingRequirement(ctx: TestContext, reason: string): never {
  const inCi = process.env['CI'] !== undefined && process.env['CI'] !== '' && process.env['CI'] !== 'false';
  if (inCi) throw new Error(`CI must have everything real mode needs: ${reason}`);
  return ctx.skip(reason);
}
