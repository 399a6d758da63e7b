import { CDN_SLIS } from '../cdn/slis.ts';
import type { SliDefinition } from '../core/sli.ts';
import { PLAYER_SLIS } from '../player/slis.ts';

/** Every indicator Weir knows, in the order of reports: each part of the platform declares its own. */
export const SLIS: readonly SliDefinition[] = [...PLAYER_SLIS, ...CDN_SLIS];

/** The indicator of this name, or undefined. */
export function findSli(name: string): SliDefinition | undefined {
  return SLIS.find((sli) => sli.name === name);
}
