import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import type { Supervisor } from './children.ts';
import { chooseEncoder, probeEncoders, type EncoderProbe } from './encoders.ts';
import { MissingRequirementError } from './missing-requirement.ts';
import { startMinio, type Minio } from './minio.ts';
import { ObjectStore, parseS3Url, type S3Endpoint } from './object-store.ts';
import { MASTER, type PackagedVideo } from './package-hls.ts';
import { packageOnce } from './package-store.ts';
import { weirHome } from './setup.ts';

/** What a real run streams: a packaged clip in an object store. */
export interface Stage {
  readonly package: PackagedVideo;
  readonly probes: readonly EncoderProbe[];
  readonly endpoint: S3Endpoint;
  /** The MinIO that Weir started; undefined for an endpoint it was given. */
  readonly minio: Minio | undefined;
  readonly bucket: string;
  /** Removes what was put into an endpoint that is not ours. */
  clear(): Promise<void>;
}

/** What to put on stage. */
export interface StageOptions {
  readonly clip: string;
  /** An S3 endpoint instead of a MinIO of our own. */
  readonly s3Url: string | undefined;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** Packages the clip of a scenario at its ladder and puts it into an object store, once for every video. */
export async function setStage(
  supervisor: Supervisor,
  plan: ScenarioPlan,
  options: StageOptions,
): Promise<Stage> {
  const { s3Url, signal, log } = options;
  const minio = s3Url === undefined ? await startMinio(supervisor, signal) : undefined;
  const endpoint = minio?.endpoint ?? parseS3Url(s3Url!, process.env);
  log(s3Url === undefined ? `MinIO listens on ${endpoint.url}` : `objects go to ${endpoint.url}`);
  const store = new ObjectStore(endpoint);
  const bucket = `weir-${randomBytes(6).toString('hex')}`;
  const clear = async () => {
    if (s3Url !== undefined) await removeBucket(store, bucket);
    store.close();
  };
  try {
    await store.checkReachable();
    const probes = await probeEncoders(supervisor, signal);
    const packaged = await packageClip(supervisor, plan, probes, options);
    await store.createBucket(bucket);
    await upload(store, bucket, packaged, plan.scenario.catalogue.videos, signal);
    log(`uploaded ${packaged.files.length} files for each of ${plan.scenario.catalogue.videos} videos`);
    return { package: packaged, probes, endpoint, minio, bucket, clear };
  } catch (error) {
    await clear().catch(() => undefined); // the first error says what went wrong
    throw error;
  }
}

/** Path of a video's master playlist, on the caches and in the bucket. */
export function masterPath(video: number): string {
  return `/v${video}/${MASTER}`;
}

async function packageClip(
  supervisor: Supervisor,
  plan: ScenarioPlan,
  probes: readonly EncoderProbe[],
  { clip, signal, log }: StageOptions,
): Promise<PackagedVideo> {
  const encoder = chooseEncoder(probes);
  if (encoder === undefined) {
    const why = probes.map((probe) => `${probe.name}: ${probe.absence} (${probe.detail})`).join('; ');
    throw new MissingRequirementError(
      'H.264 encoder',
      `none works: ${why}`,
      'Install an ffmpeg built with libx264',
    );
  }
  const { ladder, segment } = plan.scenario.catalogue;
  log(`packaging ${clip} with ${encoder} at ${ladder.map((rung) => rung.name).join(', ')}`);
  let shown = 0;
  const onProgress = (progress: { readonly outTimeUs: number; readonly speed: number }) => {
    const seconds = Math.floor(progress.outTimeUs / 1e6);
    if (seconds < shown + 10) return;
    shown = seconds;
    log(`packaged ${seconds} s of media, ${progress.speed}x`);
  };
  const store = join(weirHome(), 'packages');
  const wish = { clip, segmentUs: segment, ladder, encoder, signal, onProgress };
  const { video, reused } = await packageOnce(supervisor, store, wish);
  log(reused ? `taken from ${video.directory}, where it was packaged before` : `kept in ${video.directory}`);
  return video;
}

async function upload(
  store: ObjectStore,
  bucket: string,
  packaged: PackagedVideo,
  videos: number,
  signal: AbortSignal,
): Promise<void> {
  for (const file of packaged.files) {
    const body = await readFile(join(packaged.directory, file.path));
    for (let video = 0; video < videos; video++) {
      signal.throwIfAborted();
      await store.put(bucket, `v${video}/${file.path}`, body, file.contentType);
    }
  }
}

async function removeBucket(store: ObjectStore, bucket: string): Promise<void> {
  try {
    await store.deletePrefix(bucket, '');
    await store.deleteBucket(bucket);
  } catch (error) {
    // A bucket that was never made needs no removal.
    if (!(error instanceof Error) || error.name !== 'NoSuchBucket') throw error;
  }
}
