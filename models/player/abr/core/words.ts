/** Milliseconds as people read them: `4.1 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1e3).toFixed(1)} s`;
}

/** Kilobits a second as people read them: `2.56 Mbps`. */
export function mbps(kbps: number): string {
  return `${(kbps / 1e3).toFixed(2)} Mbps`;
}

/** What a rule says before its first decision. */
export const UNDECIDED = 'nothing is decided yet';
