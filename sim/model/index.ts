/** The modelling layer: stations, sources and statistics in the words of the field. */
export { Model, OWN_HOOKS, RENEGED, SERVED, STARTED } from './model.ts';
export type { Continuation, ContinuationCode, ModelOptions, Outcome, Part, SavedModel } from './model.ts';
export { createFacility } from './create-facility.ts';
export { Facility } from './facility.ts';
export type { BreakdownPolicy, Discipline, FacilityOptions } from './facility.ts';
export { REFUSED, type Job } from './jobs.ts';
export { nonHomogeneousArrivals, poissonArrivals, renewalArrivals, traceArrivals } from './arrivals.ts';
export type { ArrivalProcess } from './arrivals.ts';
export { Source, type SourceOptions } from './source.ts';
export { Entities, type Column } from './entities.ts';
export { Buffer, type BufferOptions } from './buffer.ts';
export { ANY_ITEM, Store, type StoreOptions } from './store.ts';
export { Event } from './event.ts';
export { Waiters } from './waiters.ts';
export { Interrupted, Process, Processes, type Steps } from './process.ts';
