/** A problem at a path of a parsed scenario. */
export interface LimitProblem {
  readonly path: ReadonlyArray<string | number>;
  readonly message: string;
}
