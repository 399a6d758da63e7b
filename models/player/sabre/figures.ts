/** What a session comes to; Sabre prints the same figures under names of its own. */
export interface SessionResult {
  /** Segments of the video. */
  readonly segments: number;
  /** Transfers made, the abandoned and the replacements among them. */
  readonly transfers: number;
  readonly abandoned: number;
  /** From the request of the first segment to its last bit. [ms] */
  readonly startupMs: number;
  /** Start-up, media played and stalls. [ms] */
  readonly playMs: number;
  readonly rebufferMs: number;
  readonly rebufferEvents: number;
  /** Changes of rung between segments played one after the other. */
  readonly switches: number;
  /** Sum of the utilities of the segments played. */
  readonly playedUtility: number;
  /** Sum of the nominal rates of the segments played. [kbit/s] */
  readonly playedKbps: number;
  readonly changeKbps: number;
  readonly changeLog: number;
  /** Transfers that were slower than the estimate, and the mean of how much. [kbit/s] */
  readonly overCount: number;
  readonly overKbps: number;
  /** Transfers that were as fast as the estimate or faster, and the mean of how much. [kbit/s] */
  readonly underCount: number;
  readonly underKbps: number;
  /** Mean of estimate less throughput. [kbit/s] */
  readonly errorKbps: number;
  /** NaN if play never reached what the link could bear. [ms] */
  readonly rampUpMs: number;
  readonly reactionMs: number;
}

/** A session's figures as Sabre prints them: name in snake case, digits and all, in its order. */
export function sabreFigures(
  result: SessionResult, segmentMs: number, bufferMaxMs: number, gp: number,
): Map<string, string> {
  const perSegment = 1 / (result.playMs / segmentMs);
  const { playedUtility, playedKbps, rebufferMs, rebufferEvents, changeKbps, changeLog } = result;
  const score = perSegment * (playedUtility - (gp * rebufferMs) / segmentMs);
  const rampUpMs = Number.isNaN(result.rampUpMs) ? result.segments * segmentMs : result.rampUpMs;
  const whole = (count: number): string => count.toFixed(0);
  const digits = (value: number): string => value.toFixed(6);
  const meanOf = (count: number, mean: number): string => (count === 0 ? '0' : digits(mean));
  return new Map([
    ['buffer_size', whole(bufferMaxMs)],
    ['total_played_utility', digits(playedUtility)],
    ['time_average_played_utility', digits(playedUtility * perSegment)],
    ['total_played_bitrate', digits(playedKbps)],
    ['time_average_played_bitrate', digits(playedKbps * perSegment)],
    ['total_play_time', digits(result.playMs / 1000)],
    ['total_play_time_chunks', digits(result.playMs / segmentMs)],
    ['total_rebuffer', digits(rebufferMs / 1000)],
    ['rebuffer_ratio', digits(rebufferMs / result.playMs)],
    ['time_average_rebuffer', digits((rebufferMs / 1000) * perSegment)],
    ['total_rebuffer_events', digits(rebufferEvents)],
    ['time_average_rebuffer_events', digits(rebufferEvents * perSegment)],
    ['total_bitrate_change', digits(changeKbps)],
    ['time_average_bitrate_change', digits(changeKbps * perSegment)],
    ['total_log_bitrate_change', digits(changeLog)],
    ['time_average_log_bitrate_change', digits(changeLog * perSegment)],
    ['time_average_score', digits(score)],
    ['over_estimate_count', whole(result.overCount)],
    ['over_estimate', meanOf(result.overCount, result.overKbps)],
    ['leq_estimate_count', whole(result.underCount)],
    ['leq_estimate', meanOf(result.underCount, result.underKbps)],
    ['estimate', digits(result.errorKbps)],
    ['rampup_time', digits(rampUpMs / 1000)],
    ['total_reaction_time', digits(result.reactionMs / 1000)],
  ]);
}
