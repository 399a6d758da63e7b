/** What a test of real transcoding says of its clip and its encoders. */
export interface SmallClip {
  readonly title: string;
  readonly seconds: number;
  readonly encoder: string;
  /** Settings of the queue beside the wait before another try. */
  readonly queue?: string;
}

/** A scenario in which a small clip is encoded in chunks of two seconds, at two rungs, on two cores. */
export function smallClip({ title, seconds, encoder, queue = '' }: SmallClip): string {
  return `weir: 1
name: small-clip
title: ${title}
run: { duration: 5min }
upload: { duration: { law: constant, value: ${seconds}s } }
transcode:
  chunk: 2s
  ladder:
    - { name: 90p, bitrate: 150 kbps, height: 90 }
    - { name: 180p, bitrate: 400 kbps, height: 180 }
  codecs: [{ codec: h264 }]
  queue: { backoff: 100ms${queue} }
  farm:
    kind: fleet
    pools: [{ name: local, machine: c7i.xlarge, cores: 2, machines: 1 }]
    encode: { h264: ${encoder} }
    speed: 1000
`;
}
