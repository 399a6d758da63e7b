import type { Verdict } from '../models/core/run-record.ts';

/** How a verdict is shown; the sign and the word carry it without colour. */
export interface VerdictSign {
  readonly sign: string;
  readonly word: string;
  /** What the verdict says, in a sentence. */
  readonly meaning: string;
}

/** Sign, word and meaning of each verdict. */
export const VERDICTS: Readonly<Record<Verdict, VerdictSign>> = {
  met: { sign: '✓', word: 'met', meaning: 'The whole interval lies on the good side of the target.' },
  missed: { sign: '✗', word: 'missed', meaning: 'The whole interval lies on the wrong side of the target.' },
  inconclusive: { sign: '?', word: 'inconclusive', meaning: 'More replications are needed to tell.' },
  'no-data': { sign: '∅', word: 'no data', meaning: 'The run made no observation of this indicator.' },
};
