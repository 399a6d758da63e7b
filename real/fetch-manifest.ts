import type { FetchFailure } from '../models/player/events.ts';
import { HlsError, parseMasterPlaylist, parseMediaPlaylist } from './hls.ts';
import { failureOf, type Get, type GetOutcome } from './http-get.ts';

/** Paths of the segments, by rendition from the lowest rate and by segment. */
export type ManifestPaths = readonly (readonly string[])[];

/** How the fetch of a manifest ended. */
export type ManifestOutcome =
  | { readonly kind: 'answered'; readonly paths: ManifestPaths }
  | { readonly kind: 'failed'; readonly cause: FetchFailure }
  | { readonly kind: 'cancelled' };

/** The fetch of a manifest under way. */
export interface ManifestFetch {
  /** Resolves, never rejects. */
  readonly outcome: Promise<ManifestOutcome>;
  cancel(): void;
}

/**
 * Fetches a master playlist and then all its media playlists at once. A playlist that cannot be read is the
 * server's error.
 */
export function fetchManifest(get: (path: string) => Get, masterPath: string): ManifestFetch {
  const underWay = new Set<Get>();
  let cancelled = false;
  const text = async (path: string): Promise<string> => {
    if (cancelled) throw new NotFetched(undefined);
    const one = get(path);
    underWay.add(one);
    return textOf(await one.outcome);
  };
  const fetch = async (): Promise<ManifestOutcome> => {
    try {
      const variants = parseMasterPlaylist(await text(masterPath)).sort((a, b) => a.bandwidth - b.bandwidth);
      const playlistPaths = variants.map((variant) => resolvePath(masterPath, variant.uri));
      const paths = await Promise.all(
        playlistPaths.map(async (path) => {
          return parseMediaPlaylist(await text(path)).segments.map((segment) =>
            resolvePath(path, segment.uri),
          );
        }),
      );
      return { kind: 'answered', paths };
    } catch (error) {
      underWay.forEach((one) => one.cancel());
      if (error instanceof NotFetched) {
        return error.failure === undefined ? { kind: 'cancelled' } : { kind: 'failed', cause: error.failure };
      }
      if (error instanceof HlsError) return { kind: 'failed', cause: 'serverError' };
      throw error;
    }
  };
  return {
    outcome: fetch(),
    cancel: () => {
      cancelled = true;
      underWay.forEach((one) => one.cancel());
    },
  };
}

class NotFetched extends Error {
  /** undefined when the fetch was cancelled. */
  readonly failure: FetchFailure | undefined;

  constructor(failure: FetchFailure | undefined) {
    super('not fetched');
    this.failure = failure;
  }
}

function textOf(outcome: GetOutcome): string {
  if (outcome.kind === 'cancelled') throw new NotFetched(undefined);
  const failure = failureOf(outcome);
  if (failure !== undefined) throw new NotFetched(failure);
  return outcome.kind === 'answered' ? outcome.body.toString('utf8') : '';
}

/** Path of a playlist's URI on the same server. */
function resolvePath(base: string, uri: string): string {
  return new URL(uri, `http://cache${base}`).pathname;
}
