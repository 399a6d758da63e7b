/** Something real mode needs is not installed or cannot be reached; the command line ends with status 5. */
export class MissingRequirementError extends Error {
  /** What is missing: `minio`, `ffmpeg`, `s3 endpoint`. */
  readonly requirement: string;
  /** What a user can do about it, as a sentence or a command. */
  readonly remedy: string;
  readonly exitStatus = 5;

  constructor(requirement: string, problem: string, remedy: string, options?: ErrorOptions) {
    super(`${requirement}: ${problem}. ${remedy}`, options);
    this.name = 'MissingRequirementError';
    this.requirement = requirement;
    this.remedy = remedy;
  }
}

/** A real run was stopped before it had anything to report. */
export class InterruptedError extends Error {
  readonly exitStatus = 130;

  constructor(message = 'interrupted', options?: ErrorOptions) {
    super(message, options);
    this.name = 'InterruptedError';
  }
}
