import { HELD_BACK, holdBackOf } from '../models/storage/live.ts';
import type { LimitProblem } from './limit-problem.ts';
import type { Scenario } from './schema.ts';

type Path = ReadonlyArray<string | number>;

/**
 * Bounds that live videos and the rest of a scenario set each other; `written` gives a value as it stands in
 * the file.
 */
export function liveLimits(
  { run, catalogue, audience, player }: Scenario, written: (path: Path) => string,
): LimitProblem[] {
  const { live, segment } = catalogue;
  if (live === undefined) return [];
  const problems: LimitProblem[] = [];
  const problem = (key: string, expected: string) => {
    const path = ['catalogue', 'live', key];
    problems.push({ path, message: `expected ${expected}, got ${written(path)}` });
  };
  const said = (key: string) => `catalogue.live.${key} is ${written(['catalogue', 'live', key])}`;
  const segmentSaid = `catalogue.segment is ${written(['catalogue', 'segment'])}`;
  if (live.part !== undefined && (live.part >= segment || segment % live.part !== 0)) {
    problem('part', `a duration that segments fall into evenly (${segmentSaid})`);
  }
  if (live.videos !== 'all' && live.videos > catalogue.videos) {
    problem('videos', `at most all videos (catalogue.videos is ${written(['catalogue', 'videos'])})`);
  }
  if (live.from >= run.duration) {
    problem('from', `a time within the run (run.duration is ${written(['run', 'duration'])})`);
  }
  if (live.window < HELD_BACK * segment) problem('window', `room for ${HELD_BACK} segments (${segmentSaid})`);
  const least = player.playlists === 'one' ? 1 : HELD_BACK;
  const unit = live.part ?? segment;
  const holdBack = holdBackOf(live, segment);
  if (holdBack < least * unit) {
    const of = live.part === undefined ? segmentSaid : said('part');
    const units = live.part === undefined ? 'segment' : 'part';
    const rule = least === 1 ? '' : ', as RFC 8216bis has it';
    problem('holdBack', `at least ${least} ${units}${least === 1 ? '' : 's'}${rule} (${of})`);
  }
  if (holdBack > live.window) problem('window', 'at least the hold-back');
  else if ((live.maxLatency ?? live.window) > live.window) {
    problem('maxLatency', `at most what playlists list (${said('window')})`);
  } else if ((live.maxLatency ?? live.window) < holdBack + live.drift) {
    problem(live.maxLatency === undefined ? 'window' : 'maxLatency',
      `at least the hold-back and the drift (${said('drift')})`);
  }
  for (const key of ['speeds', 'pauses', 'seeks', 'resume'] as const) {
    const given = audience?.[key];
    if (given === undefined || (Array.isArray(given) && given.length === 0)) continue;
    problems.push({
      path: ['audience', key],
      message: 'expected none beside catalogue.live: live viewers hold their distance from the live edge',
    });
  }
  if (player.knowsSizes) {
    const message = 'expected false beside catalogue.live: nobody knows the sizes of segments to come';
    problems.push({ path: ['player', 'knowsSizes'], message });
  }
  return problems;
}
