import { z } from 'zod';

const SEED = 'cited: platform design document, section 6.3';

/** Codecs by name. */
export const codecName = z.enum(['h264', 'hevc', 'vp9', 'av1'])
  .meta({ description: 'A video codec.', unit: 'name', source: SEED });

/** Name of a codec. */
export type CodecName = z.output<typeof codecName>;

/**
 * Bits a codec needs for the picture of a rendition, over what H.264 needs: section 6.3 of the platform
 * design document has VP9 at -30 % and AV1 at -50 %. It does not have HEVC, which is taken to be VP9's equal
 * (assumed; their published comparisons differ in sign by a few percent).
 */
export const CODEC_BITS: Readonly<Record<CodecName, number>> = { h264: 1, hevc: 0.7, vp9: 0.7, av1: 0.5 };
