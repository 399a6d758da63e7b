import type { FetchFailure } from '../models/player/events.ts';
import { HlsError, parseMasterPlaylist, parseMediaPlaylist } from './hls.ts';
import { failureOf, type Get, type GetOutcome } from './http-get.ts';

/** How the fetch of a playlist ended. */
export type PlaylistOutcome =
  /** Paths on the same server, of playlists by rendition from the lowest rate, or of segments in order. */
  | { readonly kind: 'answered'; readonly paths: readonly string[] }
  | { readonly kind: 'failed'; readonly cause: FetchFailure }
  | { readonly kind: 'cancelled' };

/** The fetch of a playlist under way. */
export interface PlaylistFetch {
  /** Resolves, never rejects. */
  readonly outcome: Promise<PlaylistOutcome>;
  cancel(): void;
}

/** Fetches a master playlist; one that cannot be read is the server's error. */
export function fetchMaster(get: (path: string) => Get, path: string): PlaylistFetch {
  return fetchPlaylist(get, path, (text) =>
    parseMasterPlaylist(text)
      .sort((a, b) => a.bandwidth - b.bandwidth)
      .map((variant) => variant.uri),
  );
}

/** Fetches the playlist of a rendition; one that cannot be read is the server's error. */
export function fetchRendition(get: (path: string) => Get, path: string): PlaylistFetch {
  return fetchPlaylist(get, path, (text) => parseMediaPlaylist(text).segments.map((segment) => segment.uri));
}

function fetchPlaylist(
  get: (path: string) => Get,
  path: string,
  read: (text: string) => readonly string[],
): PlaylistFetch {
  const one = get(path);
  const outcome = one.outcome.then((answer) => outcomeOf(answer, path, read));
  return { outcome, cancel: () => one.cancel() };
}

function outcomeOf(
  outcome: GetOutcome,
  path: string,
  read: (text: string) => readonly string[],
): PlaylistOutcome {
  if (outcome.kind === 'cancelled') return { kind: 'cancelled' };
  const cause = failureOf(outcome);
  if (cause !== undefined) return { kind: 'failed', cause };
  const text = outcome.kind === 'answered' ? outcome.body.toString('utf8') : '';
  try {
    return { kind: 'answered', paths: read(text).map((uri) => resolvePath(path, uri)) };
  } catch (error) {
    if (error instanceof HlsError) return { kind: 'failed', cause: 'serverError' };
    throw error;
  }
}

/** Path of a playlist's URI on the same server. */
function resolvePath(base: string, uri: string): string {
  return new URL(uri, `http://cache${base}`).pathname;
}
