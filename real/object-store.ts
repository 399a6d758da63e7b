import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  type BucketLocationConstraint,
} from '@aws-sdk/client-s3';
import { addAbortSignal, type Readable } from 'node:stream';
import { MissingRequirementError } from './missing-requirement.ts';

/** An S3 interface and the credentials for it. */
export interface S3Endpoint {
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Why an object could not be had. */
export type StoreFailure = 'notFound' | 'timeout' | 'reset' | 'serverError';

/** A request to the object store that came to nothing. */
export class ObjectStoreError extends Error {
  readonly failure: StoreFailure;

  constructor(failure: StoreFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ObjectStoreError';
    this.failure = failure;
  }
}

/**
 * The few requests Weir makes of an S3 object store; any server that speaks S3 with path-style names will do.
 */
export class ObjectStore {
  readonly #client: S3Client;
  readonly #url: string;
  readonly #region: string;
  readonly #getLimitMs: number;

  constructor(
    endpoint: S3Endpoint,
    limits: { readonly requestMs?: number; readonly attempts?: number } = {},
  ) {
    const requestMs = limits.requestMs ?? 20_000;
    const maxAttempts = limits.attempts ?? 2;
    this.#url = endpoint.url;
    this.#region = endpoint.region;
    this.#getLimitMs = requestMs * maxAttempts;
    this.#client = new S3Client({
      endpoint: endpoint.url,
      region: endpoint.region,
      credentials: { accessKeyId: endpoint.accessKeyId, secretAccessKey: endpoint.secretAccessKey },
      forcePathStyle: true,
      // Servers other than AWS's refuse the default checksums of recent clients.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      maxAttempts,
      requestHandler: { connectionTimeout: 5_000, requestTimeout: requestMs, throwOnRequestTimeout: true },
    });
  }

  /** Throws MissingRequirementError unless the server answers and takes the credentials. */
  async checkReachable(): Promise<void> {
    try {
      await this.#client.send(new ListBucketsCommand({}));
    } catch (error) {
      const answered = error instanceof S3ServiceException && error.$metadata.httpStatusCode !== undefined;
      throw new MissingRequirementError(
        's3 endpoint',
        `${this.#url} ${answered ? `refused: ${error.name}` : `cannot be reached: ${messageOf(error)}`}`,
        answered
          ? 'Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give them in the URL'
          : 'Check the URL and that the server runs, or leave --s3 out to let Weir start MinIO',
        { cause: error },
      );
    }
  }

  /** Makes a bucket; one that exists and is ours is fine. */
  async createBucket(bucket: string): Promise<void> {
    try {
      // The one region that must not be named.
      const elsewhere = this.#region === S3_REGION ? {} : { CreateBucketConfiguration: this.#placement() };
      await this.#client.send(new CreateBucketCommand({ Bucket: bucket, ...elsewhere }));
    } catch (error) {
      if (!(error instanceof S3ServiceException) || error.name !== 'BucketAlreadyOwnedByYou')
        throw typed(error);
    }
  }

  /** Stores an object. */
  async put(bucket: string, key: string, body: Uint8Array, contentType: string): Promise<void> {
    try {
      await this.#client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType }),
      );
    } catch (error) {
      throw typed(error);
    }
  }

  /**
   * Stores an object unless there is one of its name; whether this one was stored. Servers that know no
   * conditional requests store it either way.
   */
  async putOnce(bucket: string, key: string, body: Uint8Array, contentType: string): Promise<boolean> {
    const object = { Bucket: bucket, Key: key, Body: body, ContentType: contentType };
    try {
      await this.#client.send(new PutObjectCommand({ ...object, IfNoneMatch: '*' }));
      return true;
    } catch (error) {
      const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
      if (status === PRECONDITION_FAILED) return false;
      if (status !== NOT_IMPLEMENTED) throw typed(error);
    }
    await this.put(bucket, key, body, contentType);
    return true;
  }

  /** A whole object; throws ObjectStoreError with the reason it could not be had. */
  async get(bucket: string, key: string, signal?: AbortSignal): Promise<Buffer> {
    try {
      const limit = AbortSignal.timeout(this.#getLimitMs);
      const abortSignal = signal === undefined ? limit : AbortSignal.any([signal, limit]);
      const answer = await this.#client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), {
        abortSignal,
      });
      // The client's own limits end with the headers: a body that stops coming is ended here.
      const body = answer.Body as Readable;
      return Buffer.concat((await addAbortSignal(abortSignal, body).toArray()) as Buffer[]);
    } catch (error) {
      throw typed(error);
    }
  }

  /** Deletes every object whose key begins with `prefix`; how many there were. */
  async deletePrefix(bucket: string, prefix: string): Promise<number> {
    let deleted = 0;
    for (let round = 0; round < 10_000; round++) {
      const page = await this.#client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
      const keys = (page.Contents ?? []).map((object) => ({ Key: object.Key! }));
      if (keys.length === 0) break;
      const answer = await this.#client.send(
        new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys, Quiet: true } }),
      );
      const first = answer.Errors?.[0];
      if (first !== undefined)
        throw new ObjectStoreError('serverError', `cannot delete ${first.Key}: ${first.Code}`);
      deleted += keys.length;
    }
    return deleted;
  }

  /** Deletes an empty bucket. */
  async deleteBucket(bucket: string): Promise<void> {
    await this.#client.send(new DeleteBucketCommand({ Bucket: bucket }));
  }

  #placement() {
    return { LocationConstraint: this.#region as BucketLocationConstraint };
  }

  /** Closes its connections. */
  close(): void {
    this.#client.destroy();
  }
}

/**
 * The endpoint of `--s3 URL`: credentials from the URL's user and password, else from AWS_ACCESS_KEY_ID and
 * AWS_SECRET_ACCESS_KEY; region from AWS_REGION. Throws MissingRequirementError when something is absent.
 */
export function parseS3Url(text: string, env: Readonly<Record<string, string | undefined>>): S3Endpoint {
  const remedy =
    'Give --s3 http://HOST:PORT with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY set, or ' +
    'http://KEY:SECRET@HOST:PORT';
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new MissingRequirementError('s3 endpoint', 'the URL of --s3 is not an http or https URL', remedy);
  }
  const fromUrl = url.username !== '';
  const accessKeyId = fromUrl ? decodeURIComponent(url.username) : env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = fromUrl ? decodeURIComponent(url.password) : env['AWS_SECRET_ACCESS_KEY'];
  if (!accessKeyId || !secretAccessKey) {
    throw new MissingRequirementError('s3 endpoint', `there are no credentials for ${url.host}`, remedy);
  }
  return { url: url.origin, region: env['AWS_REGION'] ?? S3_REGION, accessKeyId, secretAccessKey };
}

const PRECONDITION_FAILED = 412;
const NOT_IMPLEMENTED = 501;

/** The region of servers that have none. */
export const S3_REGION = 'us-east-1';

function typed(error: unknown): ObjectStoreError {
  const message = messageOf(error);
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  const name = error instanceof Error ? error.name : '';
  const options = { cause: error };
  if (status === 404 || name === 'NoSuchKey') return new ObjectStoreError('notFound', message, options);
  if (status !== undefined) return new ObjectStoreError('serverError', message, options);
  if (name === 'TimeoutError' || name === 'AbortError')
    return new ObjectStoreError('timeout', message, options);
  return new ObjectStoreError('reset', message, options);
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  return error instanceof Error ? error.message || error.name : String(error);
}
