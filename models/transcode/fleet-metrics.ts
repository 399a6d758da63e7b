import { counter, level } from '../core/metrics.ts';

/** Machines of a pool, by what they do. */
export const machines = level('transcoding_machines', {
  labels: ['pool', 'state'], unit: 'machines',
  help: 'Machines of a pool: starting, ready, leaving (given back), noticed (about to be taken back).',
});
/** Time of machines that was paid for. */
export const machineSeconds = counter('transcoding_machine_seconds_total', {
  labels: ['pool'], unit: 's',
  help: 'Time of machines that was paid for, from the moment they were asked for.',
});
/** What machines cost, at the prices of the scenario's list. */
export const machineCost = counter('transcoding_cost_dollars_total', {
  labels: ['pool'], unit: '$', help: 'What the time of machines cost, by the price list of the scenario.',
});
/** Machines that were taken back. */
export const reclaims = counter('transcoding_reclaims_total', {
  labels: ['pool'], unit: 'machines', help: 'Spot machines that were taken back.',
});
/** Time of engines that were there to encode. */
export const engineSeconds = counter('transcoding_engine_seconds_total', {
  labels: ['engine'], unit: 's', help: 'Time of engines (NVENC, cores) of machines that took work.',
});
/** Time of engines that encoded. */
export const engineBusySeconds = counter('transcoding_engine_busy_seconds_total', {
  labels: ['engine'], unit: 's', help: 'Time of engines (NVENC, cores) that encoded.',
});
/** Media that engines of a type put out. */
export const engineOutput = counter('transcoding_engine_output_seconds_total', {
  labels: ['engine'], unit: 's', help: 'Media put out by engines of a type; every rung counts for itself.',
});
/** Engine time that was lost with its machine or its encoder. */
export const engineLost = counter('transcoding_engine_lost_seconds_total', {
  labels: ['engine'], unit: 's', help: 'Engine time whose result was lost with a machine or an encoder.',
});
/** Energy of machines whose power the scenario gives. */
export const energy = counter('transcoding_energy_joules_total', {
  labels: ['pool'], unit: 'J', help: 'Energy of machines, by the power that the scenario gives for them.',
});
/** Engine time of tries. */
export const tryEngineSeconds = counter('transcoding_try_engine_seconds_total', {
  labels: ['resolution'], unit: 's',
  help: 'Engine time (core time on machines without a GPU) of tries that came to their end.',
});
