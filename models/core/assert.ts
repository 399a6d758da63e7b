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

/** Throws InvariantError unless `condition` holds; pass the numbers that explain a failure as `state`. */
export function assert(
  condition: boolean,
  message: string,
  state?: Readonly<Record<string, unknown>>,
): asserts condition {
  if (!condition) throw new InvariantError(message, state);
}
