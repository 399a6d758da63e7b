/** Exit statuses of every verb (docs: README, "Exit status"). */
export const EXIT = {
  good: 0,
  internal: 1,
  usage: 2,
  failed: 3,
  inconclusive: 4,
  missing: 5,
  interrupted: 130,
} as const;

/** The command line or a file it names is wrong: exit status 2. */
export class UsageError extends Error {}

/** Something Weir needs is missing or out of reach: exit status 5; the message says how to get it. */
export class MissingError extends Error {}
