/**
 * What HLS calls the codec of a stream (RFC 6381), read from its first bytes: the parameter set of H.264 in a
 * transport stream, or the configuration box of an MP4. Throws when it finds neither.
 */
export function codecString(bytes: Uint8Array): string {
  const box = (name: string) => find(bytes, [...name].map((letter) => letter.charCodeAt(0)));
  const vp9 = box('vpcC');
  if (vp9 >= 0) {
    // Version and flags, profile, level, then four bits of depth (VP Codec ISO Media File Format Binding).
    const [profile, level, depth] = [bytes[vp9 + 8]!, bytes[vp9 + 9]!, bytes[vp9 + 10]! >> 4];
    return `vp09.${decimal(profile)}.${decimal(level)}.${decimal(depth)}`;
  }
  const av1 = box('av1C');
  if (av1 >= 0) {
    // Marker and version; profile (3 bits), level (5); tier, high depth, twelve bits (AV1 in ISOBMFF, 2.3).
    const [first, second] = [bytes[av1 + 5]!, bytes[av1 + 6]!];
    const tier = (second & 0x80) === 0 ? 'M' : 'H';
    const depth = (second & 0x40) === 0 ? 8 : (second & 0x20) === 0 ? 10 : 12;
    return `av01.${first >> 5}.${decimal(first & 0x1f)}${tier}.${decimal(depth)}`;
  }
  const hevc = box('hvcC');
  if (hevc >= 0) return hevcString(bytes.subarray(hevc + 4));
  const avc = box('avcC');
  if (avc >= 0) return `avc1.${hex(bytes.subarray(avc + 5, avc + 8))}`;
  // A sequence parameter set: start code, type 7, then profile, constraints, level.
  for (const type of [0x67, 0x27, 0x47]) {
    const set = find(bytes, [0, 0, 1, type]);
    if (set >= 0) return `avc1.${hex(bytes.subarray(set + 4, set + 7))}`;
  }
  throw new Error('no codec configuration is found at the start of the stream');
}

/** ISO/IEC 14496-15, annex E: profile, reversed compatibility, tier and level, constraints without zeros. */
function hevcString(box: Uint8Array): string {
  const space = ['', 'A', 'B', 'C'][box[1]! >> 6]!;
  let compatible = 0;
  for (let bit = 0; bit < 32; bit++) {
    const isSet = (box[2 + (bit >> 3)]! >> (7 - (bit & 7))) & 1;
    if (isSet === 1) compatible += 2 ** bit;
  }
  const constraints = [...box.subarray(6, 12)];
  while (constraints.at(-1) === 0) constraints.pop();
  const tier = (box[1]! & 0x20) === 0 ? 'L' : 'H';
  const parts = constraints.map((byte) => byte.toString(16).toUpperCase());
  return ['hvc1', `${space}${box[1]! & 0x1f}`, compatible.toString(16).toUpperCase(), `${tier}${box[12]}`,
    ...parts].join('.');
}

function find(bytes: Uint8Array, pattern: readonly number[]): number {
  for (let at = bytes.indexOf(pattern[0]!); at >= 0; at = bytes.indexOf(pattern[0]!, at + 1)) {
    if (pattern.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}

function decimal(value: number): string {
  return String(value).padStart(2, '0');
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('');
}
