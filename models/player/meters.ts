import type { MetricHandle, MetricSet } from '../core/metrics.ts';
import { US_PER_S, type Bytes, type Us } from '../core/units.ts';
import type { PlaybackFailure, SessionOutcome } from './events.ts';
import * as metrics from './metrics.ts';

/** The fleet's handles into the run's metrics, bound once. */
export class PlayerMeters {
  readonly #set: MetricSet;
  readonly #started: MetricHandle;
  readonly #active: MetricHandle;
  readonly #firstFrames: MetricHandle;
  readonly #startup: MetricHandle;
  readonly #stalls: MetricHandle;
  readonly #stallSeconds: MetricHandle;
  readonly #watch: MetricHandle;
  readonly #played: MetricHandle;
  readonly #bits: MetricHandle;
  readonly #switches: MetricHandle;
  readonly #retries: MetricHandle;
  readonly #delivered: MetricHandle;
  readonly #segments: MetricHandle;
  readonly #qoe: Readonly<Record<'lin' | 'linLoss' | 'log' | 'logLoss', MetricHandle>>;
  readonly #startFailures: MetricHandle;
  readonly #seekSeconds: MetricHandle;
  readonly #abandoned: MetricHandle;
  readonly #abandonedBytes: MetricHandle;
  readonly #quality: readonly MetricHandle[];
  readonly #ended: Readonly<Record<SessionOutcome, MetricHandle>>;
  readonly #errors: Readonly<Record<PlaybackFailure, MetricHandle>>;

  constructor(set: MetricSet, renditions: readonly string[]) {
    this.#set = set;
    this.#started = set.bind(metrics.sessionsStarted);
    this.#active = set.bind(metrics.sessionsActive);
    this.#firstFrames = set.bind(metrics.playbackStarts);
    this.#startup = set.bind(metrics.startupSeconds);
    this.#stalls = set.bind(metrics.stalls);
    this.#stallSeconds = set.bind(metrics.stallSeconds);
    this.#watch = set.bind(metrics.watchSeconds);
    this.#played = set.bind(metrics.playedSeconds);
    this.#bits = set.bind(metrics.playedBits);
    this.#switches = set.bind(metrics.switches);
    this.#retries = set.bind(metrics.fetchRetries);
    this.#delivered = set.bind(metrics.deliveredBytes);
    this.#segments = set.bind(metrics.segmentsFetched);
    this.#qoe = {
      lin: set.bind(metrics.qoeLin), linLoss: set.bind(metrics.qoeLinLoss),
      log: set.bind(metrics.qoeLog), logLoss: set.bind(metrics.qoeLogLoss),
    };
    this.#startFailures = set.bind(metrics.startFailures);
    this.#seekSeconds = set.bind(metrics.seekSeconds);
    this.#abandoned = set.bind(metrics.abandonedTransfers);
    this.#abandonedBytes = set.bind(metrics.abandonedBytes);
    this.#quality = renditions.map((name) => set.bind(metrics.qualityLevel, name));
    const ended = (outcome: SessionOutcome) => set.bind(metrics.sessionsEnded, outcome);
    this.#ended = {
      finished: ended('finished'), left: ended('left'), leftBeforeStart: ended('leftBeforeStart'),
      leftStalled: ended('leftStalled'), failed: ended('failed'),
    };
    const error = (cause: PlaybackFailure) => set.bind(metrics.playbackErrors, cause);
    this.#errors = {
      timeout: error('timeout'), reset: error('reset'), notFound: error('notFound'),
      forbidden: error('forbidden'), unavailable: error('unavailable'),
      serverError: error('serverError'), licence: error('licence'),
    };
  }

  started(): void {
    this.#set.add(this.#started, 1);
    this.#set.add(this.#active, 1);
  }

  firstFrame(startupUs: Us): void {
    this.#set.add(this.#firstFrames, 1);
    this.#set.observe(this.#startup, startupUs / US_PER_S);
  }

  stallBegan(): void {
    this.#set.add(this.#stalls, 1);
  }

  stalled(stalledUs: Us): void {
    this.#set.add(this.#stallSeconds, stalledUs / US_PER_S);
  }

  watched(watchedUs: Us): void {
    this.#set.add(this.#watch, watchedUs / US_PER_S);
  }

  /** So much media, of so many bits, played in so much time. */
  played(playedUs: Us, bits: number, takesUs: Us): void {
    this.#set.add(this.#played, playedUs / US_PER_S);
    this.#set.add(this.#bits, bits);
    this.#set.add(this.#watch, takesUs / US_PER_S);
  }

  fetched(rendition: number, mediaUs: Us, bytes: Bytes): void {
    this.#set.add(this.#segments, 1);
    this.#set.add(this.#delivered, bytes);
    this.#set.add(this.#quality[rendition]!, mediaUs / US_PER_S);
  }

  switched(): void {
    this.#set.add(this.#switches, 1);
  }

  retried(): void {
    this.#set.add(this.#retries, 1);
  }

  abandoned(received: Bytes): void {
    this.#set.add(this.#abandoned, 1);
    this.#set.add(this.#abandonedBytes, received);
  }

  failed(cause: PlaybackFailure, started: boolean): void {
    this.#set.add(this.#errors[cause], 1);
    if (!started) this.#set.add(this.#startFailures, 1);
  }

  /** What adds to QoE_lin and takes from it [Mbit/s], and the same of QoE_log. */
  valued(lin: number, linLoss: number, log: number, logLoss: number): void {
    this.#set.add(this.#qoe.lin, lin);
    this.#set.add(this.#qoe.linLoss, linLoss);
    this.#set.add(this.#qoe.log, log);
    this.#set.add(this.#qoe.logLoss, logLoss);
  }

  sought(soughtUs: Us): void {
    this.#set.add(this.#seekSeconds, soughtUs / US_PER_S);
  }

  ended(outcome: SessionOutcome): void {
    this.#set.add(this.#active, -1);
    this.#set.add(this.#ended[outcome], 1);
  }
}
