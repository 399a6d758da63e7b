import type { Facility, FacilityOptions } from './facility.ts';
import type { Model } from './model.ts';
import { ServerFacility } from './server-facility.ts';
import { SharingFacility } from './sharing-facility.ts';

/** Adds a facility of any discipline to a model. */
export function createFacility(model: Model, name: string, options: FacilityOptions): Facility {
  return options.discipline === 'processor-sharing'
    ? new SharingFacility(model, name, options)
    : new ServerFacility(model, name, options);
}
