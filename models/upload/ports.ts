/** Calls of the upload API, in the order of an upload. */
export type UploadCall = 'init' | 'complete' | 'metadata';
/** How an upload ends; all but the first leave no video. */
export type UploadOutcome = 'completed' | 'api' | 'refused' | 'parts' | 'expired' | 'tooLarge' | 'abandoned';

/** What uploads ask of their host. */
export interface UploadPorts {
  /** Call the API; answer with `answered`, or `refused` when it is the first. */
  call(slot: number, call: UploadCall): void;
  /** Send the next `parts` parts; answer with `stored` as they arrive and `partFailed` when one does not. */
  send(slot: number, parts: number): void;
  /** The file is there and its completion accepted: processing can start. */
  completed(slot: number): void;
  /** The upload is over and its slot free; what is under way for it can be dropped. */
  ended(slot: number, outcome: UploadOutcome): void;
}
