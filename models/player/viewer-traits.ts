import { z } from 'zod';
import { durationLaw, sampleDuration } from '../core/distribution.ts';
import { pick } from '../core/pick.ts';
import { quantity } from '../core/quantity.ts';
import type { RandomStream, RandomStreams } from '../core/rng.ts';
import { codecName, CODEC_BITS, type CodecName } from '../storage/codecs.ts';
import type { SessionStart, ViewerBreak } from './events.ts';

const share = (of: string) => quantity('ratio', {
  doc: `Share of ${of}; shares are scaled to sum to one.`, source: 'assumed', positive: true,
}).prefault('100%');

const deviceParams = z.strictObject({
  name: z.string().min(1)
    .meta({ description: 'Name of the kind of device.', unit: 'name', source: 'assumed' }),
  share: share('viewers'),
  height: z.number().int().positive()
    .meta({ description: 'Lines of its screen, which shows no rendition of more.', unit: 'pixels',
      source: 'assumed' })
    .optional(),
  codecs: z.array(codecName).min(1)
    .meta({ description: 'Codecs it decodes; of those on offer it takes the one of fewest bits.',
      unit: 'names', source: 'assumed' })
    .prefault(['h264']),
});

const speedParams = z.strictObject({
  rate: quantity('ratio', { doc: 'Media played a second.', source: 'assumed', min: '0.5', max: '2' }),
  share: share('viewers'),
});

const breakParams = z.strictObject({
  every: durationLaw.meta({ description: 'Media played between two of them.', source: 'assumed' }),
  most: z.number().int().min(1).max(100)
    .meta({ description: 'Most of them in a session.', unit: 'breaks', source: 'assumed' })
    .prefault(10),
});

/** What viewers do and have beyond watching from the start to the end at the speed of life. */
export const traitParams = {
  devices: z.array(deviceParams).max(50).prefault([]),
  speeds: z.array(speedParams).max(20).prefault([]),
  resume: z.strictObject({
    share: quantity('ratio', {
      doc: 'Share of viewers who go on where they stopped another time.', source: 'assumed',
      min: '0', max: '1',
    }),
    from: durationLaw.meta({ description: 'Where that was.', source: 'assumed' }),
  }).optional(),
  pauses: breakParams.extend({
    length: durationLaw.meta({ description: 'How long a pause lasts.', source: 'assumed' }),
  }).optional(),
  seeks: breakParams.extend({
    by: durationLaw.meta({ description: 'How far a seek goes.', source: 'assumed' }),
    back: quantity('ratio', {
      doc: 'Share of seeks that go back.', source: 'assumed', min: '0', max: '1',
    }).prefault('30%'),
  }).optional(),
  licence: z.strictObject({
    latency: durationLaw.meta({ description: 'From the manifest to the licence.', source: 'assumed' }),
    refused: quantity('ratio', {
      doc: 'Share of licences that are refused.', source: 'assumed', min: '0', max: '1',
    }).prefault('0'),
  }).optional(),
};

/** Parameters of viewers' traits, parsed. */
export type TraitParams = z.output<z.ZodObject<typeof traitParams>>;

/** Traits of one viewer, as a session starts with them. */
export type ViewerTraits = Pick<SessionStart,
  'fromUs' | 'rate' | 'screenHeight' | 'codec' | 'licenceUs' | 'licenceFails' | 'breaks'>;

/**
 * Draws traits, each from a stream of its own and always as many numbers a viewer: so that another choice of
 * one trait changes no other, of this viewer or the next.
 */
export class TraitDraws {
  readonly #params: TraitParams;
  readonly #streams: Readonly<Record<Trait, RandomStream>>;
  /** Codec that each kind of device takes, by its place among those on offer. */
  readonly #codecOf: readonly number[];

  /** `codecs`: those the catalogue offers, the first for all who take none of the others. */
  constructor(params: TraitParams, codecs: readonly CodecName[], streams: Pick<RandomStreams, 'stream'>) {
    this.#params = params;
    const stream = (name: string): RandomStream => streams.stream(`audience/${name}`);
    this.#streams = {
      device: stream('device'), speed: stream('speed'), resume: stream('resume'), pause: stream('pause'),
      seek: stream('seek'), licence: stream('licence'),
    };
    this.#codecOf = params.devices.map((device) => bestCodec(device.codecs, codecs));
  }

  /** The traits of the next viewer; the same empty object for all who have none. */
  next(): ViewerTraits {
    const { devices, speeds, resume, licence, pauses, seeks } = this.#params;
    const nothing = devices.length === 0 && speeds.length === 0;
    if (nothing && !resume && !licence && !pauses && !seeks) return PLAIN;
    const device = pick(devices, this.#streams.device);
    const speed = pick(speeds, this.#streams.speed);
    const breaks = this.#drawBreaks();
    const height = device < 0 ? undefined : devices[device]!.height;
    return {
      ...(device < 0 ? {} : { codec: this.#codecOf[device]! }),
      ...(height === undefined ? {} : { screenHeight: height }),
      ...(speed < 0 ? {} : { rate: speeds[speed]!.rate }),
      ...(breaks.length === 0 ? {} : { breaks }),
      ...this.#drawResume(), ...this.#drawLicence(),
    };
  }

  #drawResume(): ViewerTraits {
    const { resume } = this.#params;
    if (resume === undefined) return PLAIN;
    const resumes = this.#streams.resume.uniform() < resume.share;
    const fromUs = sampleDuration(resume.from, this.#streams.resume);
    return resumes ? { fromUs } : PLAIN;
  }

  #drawLicence(): ViewerTraits {
    const { licence } = this.#params;
    if (licence === undefined) return PLAIN;
    const licenceFails = this.#streams.licence.uniform() < licence.refused;
    const licenceUs = Math.max(1, sampleDuration(licence.latency, this.#streams.licence));
    return { licenceUs, licenceFails };
  }

  #drawBreaks(): ViewerBreak[] {
    const { pauses, seeks } = this.#params;
    const breaks: ViewerBreak[] = [];
    let at = 0;
    for (let i = 0; i < (pauses?.most ?? 0); i++) {
      at += Math.max(1, sampleDuration(pauses!.every, this.#streams.pause));
      const lengthUs = Math.max(1, sampleDuration(pauses!.length, this.#streams.pause));
      breaks.push({ kind: 'pause', afterUs: at, lengthUs });
    }
    at = 0;
    for (let i = 0; i < (seeks?.most ?? 0); i++) {
      at += Math.max(1, sampleDuration(seeks!.every, this.#streams.seek));
      const farUs = sampleDuration(seeks!.by, this.#streams.seek);
      const back = this.#streams.seek.uniform() < seeks!.back;
      breaks.push({ kind: 'seek', afterUs: at, byUs: back ? 0 - farUs : farUs });
    }
    return breaks.sort((a, b) => a.afterUs - b.afterUs); // stable
  }
}

/** Of the codecs on offer that the device decodes, the one of fewest bits; the first if it decodes none. */
function bestCodec(decodes: readonly CodecName[], offered: readonly CodecName[]): number {
  const usable = offered.filter((codec) => decodes.includes(codec));
  const fewest = Math.min(...usable.map((codec) => CODEC_BITS[codec]));
  return Math.max(0, offered.findIndex((codec) => decodes.includes(codec) && CODEC_BITS[codec] === fewest));
}

type Trait = 'device' | 'speed' | 'resume' | 'pause' | 'seek' | 'licence';

const PLAIN: ViewerTraits = {};
