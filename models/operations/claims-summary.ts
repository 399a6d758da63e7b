import type { ClaimsForecast, TierForecast } from '../cdn/analysis/claims.ts';
import type { BudgetFigure, ClaimsResult, SliResult, TierClaimResult } from '../core/run-record.ts';
import { estimateMean } from '../core/statistics.ts';

/** What a replication says of the hit rates claimed of its caches. */
export interface ClaimsOutcome {
  readonly forecast: ClaimsForecast;
  readonly together: number | undefined;
}

/** The claims of a run with what its replications say of them; nothing for a run without claims. */
export function claimsOf(
  outcomes: ReadonlyArray<{ readonly claims?: ClaimsOutcome | undefined }>,
  slis: Readonly<Record<string, SliResult>>,
): { readonly claims?: ClaimsResult } {
  const claims = outcomes.flatMap((outcome) => outcome.claims ?? []);
  if (claims.length === 0) return {};
  const tiers = claims[0]!.forecast.tiers.map((_tier, i) =>
    tierOf(claims.map(({ forecast }) => forecast.tiers[i]!), slis));
  const missed = tiers.reduce((left, { claimed }) => left * (1 - (claimed ?? NaN)), 1);
  return {
    claims: {
      tiers,
      together: {
        claimed: claims[0]!.together ?? null,
        ofTiers: Number.isNaN(missed) ? null : 1 - missed,
        simulated: figureOf(slis['cache_hit_rate']),
      },
      method: methodOf(claims.map(({ forecast }) => forecast)),
    },
  };
}

function tierOf(
  forecasts: readonly TierForecast[], slis: Readonly<Record<string, SliResult>>,
): TierClaimResult {
  const { tier, claimed, policy, servers, statedBytes } = forecasts[0]!;
  const needed = forecasts.flatMap(({ neededBytes }) => neededBytes ?? []);
  return {
    tier, claimed, policy, servers, statedBytes,
    simulated: figureOf(slis[`${tier}_hit_rate`]),
    replayed: mean(forecasts.map((one) => one.replayed), 1),
    neededBytes: needed.length === forecasts.length ? mean(needed, Infinity) : null,
    most: mean(forecasts.map((one) => one.most), 1),
    askedBytes: mean(forecasts.map((one) => one.askedBytes), Infinity).value,
  };
}

function methodOf(forecasts: readonly ClaimsForecast[]): string {
  const mostly = Math.round(mean(forecasts.map((one) => one.requests), Infinity).value);
  const requests = String(mostly).replace(/\B(?=(\d{3})+$)/g, ',');
  const rate = Math.min(...forecasts.map((one) => one.rate));
  const which = rate === 1 ? `the ${requests} requests at the edges after the warm-up`
    : `${requests} requests at the edges after the warm-up, all those for 1 in ${1 / rate} objects,`;
  return `Each replication: ${which} replayed through caches of other sizes, each tier behind tiers of `
    + 'the size that their claims need (without limit where none would do). Whoever waited for a fetch '
    + 'counts as a hit there; expiry, purges and prefetches are left out. A size is right to half a per '
    + 'cent, and holds for this length of run: at most are the hits that caches without limits would have.';
}

function figureOf(sli: SliResult | undefined): BudgetFigure | null {
  if (sli === undefined || sli.value === null) return null;
  return { value: sli.value, low: sli.low, high: sli.high };
}

function mean(values: readonly number[], top: number): BudgetFigure {
  const { value, low, high } = estimateMean(values);
  return {
    value, low: low === null ? null : Math.max(0, low), high: high === null ? null : Math.min(top, high),
  };
}
