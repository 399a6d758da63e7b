import type { MetricSet } from '../../core/metrics.ts';
import type { ScrapedSeries } from '../../core/run-record.ts';
import type { Us } from '../../core/units.ts';
import { compileRules } from '../alerts/compile.ts';
import type { AlertChange } from '../alerts/ports.ts';
import { RuleEngine, type ActiveAlert, type RuleEngineState } from '../alerts/rule-engine.ts';
import type { RuleFile } from '../alerts/rule-file.ts';
import { SeriesStore, type SeriesStoreState } from '../promql/series.ts';
import { Scraper, type HistogramBucket, type ScraperState } from './scraper.ts';

/** Copied state of a monitor. */
export interface MonitorState {
  readonly nextScrape: Us;
  readonly store: SeriesStoreState;
  readonly scraper: ScraperState;
  readonly engine: RuleEngineState;
  readonly changes: readonly AlertChange[];
  readonly problems: readonly string[];
}

/**
 * What watches a platform: scrapes its metrics at an interval and evaluates rules over the series. The host
 * brings lazily kept counters up to date before it calls `woken`.
 */
export class Monitor {
  /** All changes of state of all alerts so far. */
  readonly changes: AlertChange[] = [];
  readonly store = new SeriesStore();
  readonly #scrapeEvery: Us;
  readonly #scraper: Scraper;
  readonly #engine: RuleEngine;
  readonly #problems = new Set<string>();
  #nextScrape: Us = 0;

  /** `buckets`: of histograms, beside the usual ones; `onChange` is told of each change as it happens. */
  constructor(
    metrics: MetricSet, scrapeEvery: Us, rules: readonly RuleFile[], buckets: readonly HistogramBucket[] = [],
    onChange?: (change: AlertChange) => void,
  ) {
    this.#scrapeEvery = scrapeEvery;
    this.#scraper = new Scraper(metrics, this.store, buckets);
    this.#engine = new RuleEngine(rules.flatMap(compileRules), this.store, {
      alertChanged: (change) => {
        this.changes.push(change);
        onChange?.(change);
      },
      ruleFailed: (_at, rule, problem) => this.#problems.add(`rule ${rule}: ${problem}`),
    });
  }

  /** When the next scrape or evaluation is due. */
  wakeAt(): Us {
    return Math.min(this.#nextScrape, this.#engine.wakeAt());
  }

  /** Scrapes and evaluates what is due; rules see the scrape of their own moment. */
  woken(now: Us): void {
    if (now >= this.#nextScrape) {
      this.#scraper.scraped(now);
      while (this.#nextScrape <= now) this.#nextScrape += this.#scrapeEvery;
    }
    this.#engine.woken(now);
  }

  /** Alerts that are pending or firing. */
  active(): ActiveAlert[] {
    return this.#engine.active();
  }

  /** All that was scraped so far. */
  scrapes(): ScrapedSeries[] {
    return this.#scraper.series();
  }

  /** What went wrong with rules, each thing once. */
  get problems(): readonly string[] {
    return [...this.#problems];
  }

  /** A copy of the whole state. */
  save(): MonitorState {
    return {
      nextScrape: this.#nextScrape, store: this.store.save(), scraper: this.#scraper.save(),
      engine: this.#engine.save(), changes: [...this.changes], problems: this.problems,
    };
  }

  /** Puts a saved state of a monitor with the same rules back. */
  restore(state: MonitorState): void {
    this.#nextScrape = state.nextScrape;
    this.store.restore(state.store);
    this.#scraper.restore(state.scraper);
    this.#engine.restore(state.engine);
    this.changes.splice(0, Infinity, ...state.changes);
    this.#problems.clear();
    for (const problem of state.problems) this.#problems.add(problem);
  }
}
