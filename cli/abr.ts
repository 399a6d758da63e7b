import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command } from 'commander';
import { parseQuantity, QuantityError } from '../models/core/quantity.ts';
import { US_PER_MS, type Us } from '../models/core/units.ts';
import { RULE_PRESETS, rulePreset } from '../models/player/abr/presets.ts';
import type { Core } from '../models/player/abr/core/core.ts';
import { fleetSession } from '../models/player/sabre/fleet-rule.ts';
import { SABRE_LABELS, sabreSession } from '../models/player/sabre/labels.ts';
import { LinkTrace } from '../models/player/sabre/link.ts';
import type { Movie } from '../models/player/sabre/movie.ts';
import { oracleSession } from '../models/player/sabre/oracle.ts';
import type { Session, SessionLog } from '../models/player/sabre/session.ts';
import { didYouMean } from '../scenarios/data-file.ts';
import { exportSessions } from './abr-export.ts';
import { readMovie, readTraces, type NamedTrace } from './abr-files.ts';
import { SegmentLog, type SegmentLine } from './abr-log.ts';
import { figuresOf, meanOf, renderFigures, RATIO_OVER, type AbrFigures } from './abr-figures.ts';
import { UsageError } from './exit.ts';
import { note, print } from './terminal.ts';

interface AbrOptions {
  readonly rule: string;
  readonly buffer: string;
  readonly latency: string;
  readonly abandon: boolean;
  readonly profile: string;
  readonly json?: boolean;
  readonly log?: boolean;
  readonly svg?: string;
  readonly p1203?: string;
}

interface PlayedSession {
  readonly trace: string;
  readonly figures: AbrFigures;
  readonly log?: readonly SegmentLine[];
}

interface PlayedRule {
  readonly rule: string;
  readonly figures: AbrFigures;
  readonly sessions: readonly PlayedSession[];
}

/** `weir abr`: plays sessions of one viewer over traces, rule by rule. */
export function abrCommand(): Command {
  return new Command('abr')
    .description('play one video over network traces with one rule after the other, and compare the rules')
    .argument('<trace>', 'a trace file, a Markov model, a folder, or a shipped set such as norway-3g')
    .argument('<video>', 'a file of segment sizes (file#video where it holds several), or a shipped one: bbb')
    .option('--rule <names>', 'rules, separated by commas', 'throughput,bola,bolae,dynamic,hybrid')
    .option('--buffer <duration>', 'most media the player may hold', '25s')
    .option('--latency <duration>', 'round-trip time of traces that state none', '0ms')
    .option('--no-abandon', 'let every transfer run to its end')
    .option('--profile <name>', 'weir, or sabre: exactly as Sabre plays, its flaws included', 'weir')
    .option('--json', 'print JSON instead of a table')
    .option('--log', 'also list every transfer with the reason of its decision')
    .option('--svg <file>', 'also draw the session, of one rule on one trace')
    .option('--p1203 <file>', 'also write the sessions as input for ITU-T P.1203 in mode 0 (itu_p1203)')
    .addHelpText('after', `
Rules:           ${[...RULE_PRESETS.keys()].join(', ')},
                 ${ORACLE} (knows the future of the link: the bound by qoeLin, which start-up costs nothing:
                 so it may well start late)
  --profile sabre: ${[...SABRE_LABELS.keys()].join(', ')}
Figures of several traces are means over them. rebufferRatio is stalls over ${RATIO_OVER},
of several traces all stalls over all of it.
qoeLin is the mean rate of a segment less stalls (a second costs the highest rate) and steps between rates, in
Mbit/s; qoeLog the same by logarithms of rates over the lowest.

Examples:
  weir abr norway-3g bbb --rule throughput,bola,dynamic
  weir abr scenarios/networks/fcc-sd/trace0006.csv bbb --rule bolae --log
  weir abr scenarios/networks/fcc-sd/trace0006.csv bbb --rule oracle --svg oracle.svg
  weir abr ghent-4g bbb4k --rule bolae,bolae-ao --profile sabre --json`)
    .action(async (trace: string, video: string, options: AbrOptions) => {
      await abr(trace, video, options);
    });
}

async function abr(traceName: string, videoName: string, options: AbrOptions): Promise<void> {
  const play = playerOf(options);
  const movie = readMovie(videoName);
  const bufferMaxMs = bufferOf(options.buffer, movie);
  const traces = readTraces(traceName, latencyOf(options.latency));
  const movieMs = movie.segments * movie.ladder.segmentMs;
  if (bufferMaxMs > movieMs) {
    note(`weir abr: --buffer ${options.buffer} is longer than the video (${movieMs / 1e3} s) and never `
      + 'fills: rules that climb with its level, such as BOLA-E, may stay low');
  }
  for (const name of ['svg', 'p1203'] as const) {
    const folder = dirname(options[name] ?? '.');
    if (!existsSync(folder)) throw new UsageError(`--${name}: there is no folder ${folder}`);
  }
  if (options.svg !== undefined && (play.rules.length > 1 || traces.length > 1)) {
    throw new UsageError('--svg: expected one rule and one trace: one session is drawn');
  }
  const links = traces.map(({ periods }) => new LinkTrace(periods, movie.ladder));
  const logs = options.log === true || options.svg !== undefined || options.p1203 !== undefined;
  const played = play.rules.map((rule): PlayedRule => {
    const sessions = traces.map((trace, i) => {
      const log = logs ? new SegmentLog(movie, options.profile !== 'sabre') : undefined;
      const { core, session } = play.session(rule, movie, links[i]!, bufferMaxMs, log);
      log?.explainedBy(core);
      return playOne(trace, session, movie, log);
    });
    return { rule, figures: meanOf(sessions.map(({ figures }) => figures)), sessions };
  });
  exportSessions(played, movie, options);
  // Logs kept for an export alone are not shown.
  const shown = options.log === true ? played : played.map((rule) => ({
    ...rule, sessions: rule.sessions.map(({ trace, figures }) => ({ trace, figures })),
  }));
  await print(options.json === true
    ? toJson(shown, { profile: options.profile, trace: traceName, video: videoName, bufferMaxMs })
    : toText(shown, traces));
}

function playOne(
  { name }: NamedTrace, session: Session, movie: Movie, log: SegmentLog | undefined,
): PlayedSession {
  const figures = figuresOf(session.run(), movie);
  return log === undefined ? { trace: name, figures } : { trace: name, figures, log: log.lines };
}

interface Player {
  readonly rules: readonly string[];
  session(
    rule: string, movie: Movie, link: LinkTrace, bufferMaxMs: number, log: SessionLog | undefined,
  ): { readonly core: Core; readonly session: Session };
}

/** Who plays, and which rules: all unknown names are listed with the known ones. */
function playerOf({ rule, profile, abandon }: AbrOptions): Player {
  if (profile !== 'weir' && profile !== 'sabre') {
    throw new UsageError(`--profile: expected weir or sabre, got "${profile}"`);
  }
  const known = profile === 'sabre' ? SABRE_LABELS : new Map([...RULE_PRESETS, [ORACLE, undefined]]);
  const rules = [...new Set(rule.split(',').map((name) => name.trim()).filter((name) => name !== ''))];
  const unknown = rules.filter((name) => !known.has(name));
  if (rules.length === 0 || unknown.length > 0) {
    const names = unknown.map((name) => `"${name}"${didYouMean(name, [...known.keys()])}`).join(', ');
    const got = rules.length === 0 ? 'no rule' : `unknown ${names}`;
    const of = profile === 'sabre' ? ' of the profile sabre' : '';
    throw new UsageError(`--rule: ${got}; the rules${of} are ${[...known.keys()].join(', ')}`);
  }
  if (profile === 'weir') {
    return {
      rules,
      session: (name, ...[movie, link, bufferMaxMs, log]) => (name === ORACLE
        ? oracleSession(movie, link, bufferMaxMs, log)
        : fleetSession(rulePreset(name)!, movie, link, bufferMaxMs, abandon, log)),
    };
  }
  return {
    rules,
    session: (name, ...[movie, link, bufferMaxMs, log]) => {
      const setup = SABRE_LABELS.get(name)!;
      const abandonment = abandon && setup.abandonment;
      return sabreSession({ ...setup, abandonment }, movie, link, bufferMaxMs, log);
    },
  };
}

/** The rule that is none: it is told what will come. */
const ORACLE = 'oracle';

/** The buffer, which must hold a segment and have room for another. [ms] */
function bufferOf(text: string, movie: Movie): number {
  const { segmentMs } = movie.ladder;
  const bufferMs = durationMs('buffer', text);
  if (bufferMs > segmentMs) return bufferMs;
  throw new UsageError(`--buffer: expected more than a segment of ${segmentMs / 1e3} s, got ${text}`);
}

function latencyOf(text: string): Us {
  const latencyMs = durationMs('latency', text);
  if (latencyMs >= 0 && latencyMs <= MOST_LATENCY_MS) return latencyMs * US_PER_MS;
  throw new UsageError(`--latency: expected 0s to 1h, got ${text}`);
}

const MOST_LATENCY_MS = 3_600_000;

function durationMs(option: string, text: string): number {
  try {
    return parseQuantity('duration', text) / US_PER_MS;
  } catch (error) {
    if (error instanceof QuantityError) throw new UsageError(`--${option}: ${error.message}`);
    throw error;
  }
}

interface Heading {
  readonly profile: string;
  readonly trace: string;
  readonly video: string;
  readonly bufferMaxMs: number;
}

function toJson(played: readonly PlayedRule[], { profile, trace, video, bufferMaxMs }: Heading): string {
  return JSON.stringify({
    schema: 'weir.abr/1', profile, trace, video, bufferSeconds: bufferMaxMs / 1e3,
    rebufferRatioDenominator: RATIO_OVER,
    rules: played.map(({ rule, figures, sessions }) => ({
      rule, ...figures, sessions: sessions.map(({ figures: own, ...rest }) => ({ ...rest, ...own })),
    })),
  }, null, 2);
}

function toText(played: readonly PlayedRule[], traces: readonly NamedTrace[]): string {
  const logs = played.flatMap(({ rule, sessions }) => sessions.flatMap(({ trace, log }) =>
    log === undefined ? [] : [`${rule}, ${trace}`, SegmentLog.header, ...log.map((line) => line.text), '']));
  const over = traces.length === 1 ? traces[0]!.name : `means over ${traces.length} traces`;
  const foot = `${over}; rebufferRatio is stalls over ${RATIO_OVER}.`;
  return [...logs, renderFigures(played), foot].join('\n');
}
