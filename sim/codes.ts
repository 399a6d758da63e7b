/**
 * Codes of the events of a simulated run. Their numbers go into fingerprints: new ones are added at the
 * end.
 */
export const CODES = {
  arrival: 0,
  playerWake: 1,
  accessWake: 2,
  uplinkWake: 3,
  requestAtEdge: 4,
  firstByteAtViewer: 5,
  uplinkStart: 6,
  sample: 7,
  measure: 8,
  accessLate: 9,
  uplinkLate: 10,
  uploadArrival: 40,
  uploadAnswered: 41,
  uploadSent: 42,
  uploadWake: 43,
  stagesDone: 44,
  attemptEnded: 45,
  dispatch: 46,
  dispatcherWake: 47,
  viewsReached: 48,
  monitor: 100,
  uplinkWhole: 101,
  cacheWake: 102,
  lastByteAtViewer: 103,
  orphanAtEdge: 104,
} as const;
