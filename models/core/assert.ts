/** A broken invariant: a bug in Weir, never the user's fault; carries the state that broke. */
export class InvariantError extends Error {
  readonly state: Readonly<Record<string, unknown>>;

  constructor(message: string, state: Readonly<Record<string, unknown>> = {}) {
    const details = Object.entries(state).map(([key, value]) => `${key}=${String(value)}`);
    super(details.length > 0 ? `${message} (${details.join(', ')})` : message);
    this.name = 'InvariantError';
    this.state = state;
  }
}

/**
 * Throws InvariantError: for the hottest paths, which test a condition themselves so that the numbers that
 * would explain a failure are put together only when it fails.
 */
export function broken(message: string, state?: Readonly<Record<string, unknown>>): never {
  throw new InvariantError(message, state);
}

/** Throws InvariantError unless `condition` holds; pass the numbers that explain a failure as `state`. */
export function assert(
  condition: boolean,
  message: string,
  state?: Readonly<Record<string, unknown>>,
): asserts condition {
  if (!condition) throw new InvariantError(message, state);
}
