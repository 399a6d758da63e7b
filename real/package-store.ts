import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Supervisor } from './children.ts';
import { packageHls, type PackagedVideo, type PackageOptions } from './package-hls.ts';
import { checkRequirements } from './setup.ts';

/** A packaged clip, and whether it was there already. */
export interface StoredPackage {
  readonly video: PackagedVideo;
  readonly reused: boolean;
}

/**
 * Packages a clip, or takes the package made before of the same clip by the same encoder of the same ffmpeg
 * at the same ladder: an encode costs minutes, and two runs are only comparable on the same segments. Keeps
 * the eight packages used last in `store`.
 */
export async function packageOnce(
  supervisor: Supervisor,
  store: string,
  options: Omit<PackageOptions, 'directory'>,
): Promise<StoredPackage> {
  const directory = join(store, keyOf(options));
  const known = readPackage(directory);
  if (known !== undefined) {
    utimesSync(directory, new Date(), new Date());
    return { video: known, reused: true };
  }
  const made = await packageHls(supervisor, {
    ...options,
    directory: supervisor.temporaryDirectory('package'),
  });
  return { video: keep(made, store, directory), reused: false };
}

/** Moves a package into the store under its final name in one step, so that nobody ever sees half of one. */
function keep(made: PackagedVideo, store: string, directory: string): PackagedVideo {
  const video = { ...made, directory };
  const arriving = `${directory}.${process.pid}`;
  mkdirSync(store, { recursive: true });
  cpSync(made.directory, arriving, { recursive: true });
  writeFileSync(join(arriving, DESCRIPTION), JSON.stringify(video));
  rmSync(directory, { recursive: true, force: true });
  try {
    renameSync(arriving, directory);
  } catch (error) {
    rmSync(arriving, { recursive: true, force: true });
    const others = readPackage(directory); // another run was quicker with the same package
    if (others === undefined) throw error;
    return others;
  }
  const byAge = readdirSync(store)
    .map((name) => ({ name, at: statSync(join(store, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const { name } of byAge.slice(MOST_PACKAGES))
    rmSync(join(store, name), { recursive: true, force: true });
  return video;
}

/** The package in a folder, unless one of its files is missing or has another size than when it was made. */
function readPackage(directory: string): PackagedVideo | undefined {
  if (!existsSync(join(directory, DESCRIPTION))) return undefined;
  const video = JSON.parse(readFileSync(join(directory, DESCRIPTION), 'utf8')) as PackagedVideo;
  const sizes = video.files.map(
    (file) => statSync(join(directory, file.path), { throwIfNoEntry: false })?.size,
  );
  const measured = video.rungs.flatMap((_, rung) => video.sizes.map((row) => row[rung]!));
  const segments = sizes.filter((_, i) => !video.files[i]!.path.endsWith('.m3u8'));
  const whole = sizes.every((size) => size !== undefined) && segments.join() === measured.join();
  // Where it lies is where it was found: a checkout may have moved since.
  return whole ? { ...video, directory } : undefined;
}

function keyOf({ clip, ladder, segmentUs, encoder }: Omit<PackageOptions, 'directory'>): string {
  const ffmpeg = checkRequirements().find((one) => one.name === 'ffmpeg')!.version;
  const clipDigest = existsSync(clip) ? createHash('sha256').update(readFileSync(clip)).digest('hex') : clip;
  const rungs = ladder.map(({ name, bitrate, height }) => [name, bitrate, height]);
  const text = JSON.stringify([PACKAGE_FORMAT, clipDigest, rungs, segmentUs, encoder, ffmpeg]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

const DESCRIPTION = 'package.json';
const MOST_PACKAGES = 8;
const PACKAGE_FORMAT = 1; // to be raised when packaging changes what it makes
