import { CDN_SLIS } from '../cdn/slis.ts';
import type { SliDefinition } from '../core/sli.ts';
import { LIVE_SLIS, PLAYER_SLIS } from '../player/slis.ts';
import { METADATA_SLIS } from '../services/metadata/slis.ts';
import { RECOMMENDATION_SLIS } from '../services/recommendations/slis.ts';
import { SEARCH_SLIS } from '../services/search/slis.ts';
import { TRANSCODE_SLIS } from '../transcode/slis.ts';
import { UPLOAD_SLIS } from '../upload/slis.ts';

/** The indicators of each part that a run may have, in the order of reports. */
const SLIS_BY_PART = {
  playback: [...PLAYER_SLIS, ...CDN_SLIS],
  live: LIVE_SLIS,
  transcoding: [...UPLOAD_SLIS, ...TRANSCODE_SLIS],
  metadata: METADATA_SLIS,
  search: SEARCH_SLIS,
  recommendations: RECOMMENDATION_SLIS,
} as const satisfies Readonly<Record<string, readonly SliDefinition[]>>;

/** A part that a run may have; the names of a run's parts. */
export type PartName = keyof typeof SLIS_BY_PART;

/** Every indicator Weir knows: each part of the platform declares its own. */
export const SLIS: readonly SliDefinition[] = Object.values(SLIS_BY_PART).flat();

/** The indicators of some parts. */
export function slisOf(parts: readonly PartName[]): readonly SliDefinition[] {
  return parts.flatMap((part) => SLIS_BY_PART[part]);
}

/** The indicator of this name, or undefined. */
export function findSli(name: string): SliDefinition | undefined {
  return SLIS.find((sli) => sli.name === name);
}
