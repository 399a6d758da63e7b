import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missingRequirement } from '../tests/requirements.ts';
import { Supervisor } from './children.ts';
import { MissingRequirementError } from './missing-requirement.ts';
import { freePort, startMinio, type Minio } from './minio.ts';
import { ObjectStore, ObjectStoreError, parseS3Url } from './object-store.ts';
import { checkRequirements } from './setup.ts';

const minioFound = checkRequirements()[0]!.found !== undefined;

describe('on a MinIO of our own', () => {
  const supervisor = new Supervisor();
  let minio: Minio | undefined;
  let store: ObjectStore;

  beforeAll(async () => {
    if (!minioFound) return;
    minio = await startMinio(supervisor);
    store = new ObjectStore(minio.endpoint);
  });

  afterAll(async () => {
    store?.close();
    await supervisor.stop();
  });

  test('objects are stored, read back, found absent and deleted', async (ctx) => {
    if (!minioFound) missingRequirement(ctx, 'minio is not installed');
    await store.checkReachable();
    await store.createBucket('clips');
    await store.createBucket('clips');
    const body = Buffer.from('segment');
    await store.put('clips', 'a/seg 0.ts', body, 'video/mp2t');
    await store.put('clips', 'b/seg.ts', body, 'video/mp2t');
    expect(await store.get('clips', 'a/seg 0.ts')).toEqual(body);
    await expect(store.get('clips', 'a/none')).rejects.toMatchObject({ failure: 'notFound' });
    await expect(store.get('no-such-bucket', 'x')).rejects.toMatchObject({ failure: 'notFound' });
    expect(await store.putOnce('clips', 'b/seg.ts', Buffer.from('late'), 'video/mp2t')).toBe(false);
    expect(await store.putOnce('clips', 'a/new.ts', body, 'video/mp2t')).toBe(true);
    expect(await store.deletePrefix('clips', 'a/')).toBe(2);
    expect(await store.get('clips', 'b/seg.ts')).toEqual(body);
    expect(await store.deletePrefix('clips', '')).toBe(1);
    await store.deleteBucket('clips');
    await expect(store.get('clips', 'b/seg.ts')).rejects.toMatchObject({ failure: 'notFound' });
  });

  test('wrong credentials are a missing requirement that names the remedy', async (ctx) => {
    if (!minioFound) missingRequirement(ctx, 'minio is not installed');
    const stranger = new ObjectStore({ ...minio!.endpoint, secretAccessKey: 'wrong-wrong-wrong' });
    await expect(stranger.checkReachable()).rejects.toThrow(/refused.*AWS_SECRET_ACCESS_KEY/s);
    stranger.close();
  });

  test('a stopped server is a reset', async (ctx) => {
    if (!minioFound) missingRequirement(ctx, 'minio is not installed');
    await minio!.stop();
    await expect(store.get('clips', 'x')).rejects.toMatchObject({ failure: 'reset' });
  });
});

test('an endpoint nobody listens on is a missing requirement with exit status 5', async () => {
  const store = new ObjectStore(parseS3Url(`http://key:secret@127.0.0.1:${await freePort()}`, {}));
  const error = await store.checkReachable().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(MissingRequirementError);
  expect(error).toMatchObject({ exitStatus: 5, message: expect.stringContaining('cannot be reached') });
  store.close();
});

test.each([
  { what: 'never answers', answer: '' },
  { what: 'stops in the middle of an object', answer: 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf' },
])('a server that $what is a timeout, within the limit', async ({ answer }) => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('data', () => socket.write(answer)).on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = (server.address() as AddressInfo).port;
  const endpoint = parseS3Url(`http://key:secret@127.0.0.1:${port}`, {});
  const store = new ObjectStore(endpoint, { requestMs: 300, attempts: 1 });
  const error = await store.get('bucket', 'key').catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ObjectStoreError);
  expect((error as ObjectStoreError).failure).toBe('timeout');
  store.close();
  sockets.forEach((socket) => socket.destroy());
  server.close();
});

test('the URL of --s3 takes credentials from itself or from the environment', () => {
  const env = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'eu-central-1' };
  expect(parseS3Url('https://s3.example:9000/', env)).toEqual({
    url: 'https://s3.example:9000',
    region: 'eu-central-1',
    accessKeyId: 'id',
    secretAccessKey: 'secret',
  });
  expect(parseS3Url('http://us%40er:pa%2Fss@host:1', env)).toMatchObject({
    url: 'http://host:1',
    accessKeyId: 'us@er',
    secretAccessKey: 'pa/ss',
  });
  expect(() => parseS3Url('http://host:1', {})).toThrow(/no credentials for host:1/);
  expect(() => parseS3Url('ftp://host', env)).toThrow(MissingRequirementError);
  expect(() => parseS3Url('nonsense', env)).toThrow(MissingRequirementError);
});
