import type { Bytes, Us } from '../models/core/units.ts';
import type { FetchFailure } from '../models/player/events.ts';
import type { CdnVerdicts } from './cdn-port-faults.ts';
import { UNAVAILABLE } from './requests.ts';

/** Told of what becomes of downloads. */
export interface OnDownload {
  /** Something about the slot's request has become known. */
  readonly followed: (slot: number) => void;
  /** It has come to nothing. */
  readonly failed: (slot: number, requestId: number, cause: FetchFailure) => void;
}

/** What faults do between viewers and edges. */
export type ViewerVerdicts = Pick<CdnVerdicts, 'access' | 'cut' | 'partitioned'>;

/** What viewers may ask of edges. */
export interface EdgeDoor {
  /** A viewer's request reaches an edge. */
  readonly requested: (edge: number, request: number, object: number) => void;
  /** True where some answers are certain before their time: `sizeAhead` may be asked. */
  readonly ahead: boolean;
  /** See SimulatedCdn. */
  readonly sizeAhead: (edge: number, object: number, at: Us) => Bytes;
  /** See SimulatedCdn. */
  readonly answeredAhead: (edge: number, bytes: Bytes, at: Us) => Us;
}

/** In place of a status: nobody answered, which a gateway calls 502. */
export const NO_ANSWER = 502;

/** What a player makes of a status; a 403 that got new URLs is tried again like an error. */
export function causeOf(status: number): FetchFailure {
  if (status === 404 || status === 410) return 'notFound';
  if (status === UNAVAILABLE) return 'unavailable';
  return status === 502 || status === 504 ? 'timeout' : 'serverError';
}
