import { NEVER, type Us } from '../../core/units.ts';
import type { SeriesStore } from '../promql/series.ts';
import { Condition } from '../runbook/condition.ts';
import { undoOf, type ActionParams } from '../runbook/params.ts';
import type { LevelParams } from './params.ts';

/** What degraded levels ask of the world. */
export interface LevelPorts {
  act(action: ActionParams): void;
  /** True when an action would change nothing, as it is so already. */
  isDone(action: ActionParams): boolean;
}

/** How a degraded level went so far. */
export interface LevelReport {
  readonly level: number;
  readonly name: string;
  /** How often it was entered, when first and when last left. [us], NEVER if not */
  readonly entered: number;
  readonly enteredAt: Us;
  readonly leftAt: Us;
  /** Time spent in it. [us] */
  readonly spent: Us;
}

interface Level {
  readonly params: LevelParams;
  readonly when: Condition;
  readonly until: Condition | undefined;
  isOn: boolean;
  /** Places in its list of what it has done itself: that is what is undone. */
  done: readonly number[];
  /** Since when the condition that would change it has held without a break. */
  heldSince: Us;
  entered: number;
  firstAt: Us;
  /** When it was entered last. */
  enteredAt: Us;
  leftAt: Us;
  spent: Us;
}

type LevelState = Pick<
  Level, 'isOn' | 'done' | 'heldSince' | 'entered' | 'firstAt' | 'enteredAt' | 'leftAt' | 'spent'
>;
/** Copied state of degraded levels. */
export type DegradedLevelsState = readonly LevelState[];

/**
 * Degraded levels: bundles of actions that are done together when their trigger has held for long enough, and
 * undone when it is over. What another level that is on has done too stays done. The host calls `looked`
 * whenever rules have been evaluated.
 */
export class DegradedLevels {
  readonly #levels: readonly Level[];
  readonly #store: SeriesStore;
  readonly #ports: LevelPorts;

  constructor(levels: readonly LevelParams[], store: SeriesStore, ports: LevelPorts) {
    this.#store = store;
    this.#ports = ports;
    this.#levels = levels.map((params): Level => ({
      params, when: new Condition(params.when),
      until: params.until === undefined ? undefined : new Condition(params.until),
      isOn: false, done: [], heldSince: NEVER, entered: 0,
      firstAt: NEVER, enteredAt: NEVER, leftAt: NEVER, spent: 0,
    }));
  }

  /** Looks at triggers, and enters and leaves levels. */
  looked(now: Us, firing: ReadonlySet<string>): void {
    for (const level of this.#levels) {
      const { params } = level;
      const turns = level.isOn ? this.#isOver(level, now, firing)
        : level.when.holds(this.#store, now, firing);
      level.heldSince = turns ? Math.min(level.heldSince, now) : NEVER;
      if (!turns || now - level.heldSince < (level.isOn ? params.hold : params.for)) continue;
      this.#turn(level, now, !level.isOn);
    }
  }

  /** Somebody enters a level, or leaves it; nothing happens when it is so already, or there is none such. */
  ordered(now: Us, number: number, on: boolean): void {
    for (const level of this.#levels) {
      if (level.params.level === number && level.isOn !== on) this.#turn(level, now, on);
    }
  }

  /** How each level went up to now. */
  reports(now: Us): LevelReport[] {
    return this.#levels.map(({ params, isOn, entered, firstAt, enteredAt, leftAt, spent }) => ({
      level: params.level, name: params.name, entered, enteredAt: firstAt, leftAt: isOn ? NEVER : leftAt,
      spent: spent + (isOn ? now - enteredAt : 0),
    }));
  }

  /** A copy of the whole state. */
  save(): DegradedLevelsState {
    return this.#levels.map(({ isOn, done, heldSince, entered, firstAt, enteredAt, leftAt, spent }) =>
      ({ isOn, done, heldSince, entered, firstAt, enteredAt, leftAt, spent }));
  }

  /** Puts a saved state of the same levels back. */
  restore(state: DegradedLevelsState): void {
    state.forEach((saved, i) => Object.assign(this.#levels[i]!, saved));
  }

  #isOver({ when, until }: Level, now: Us, firing: ReadonlySet<string>): boolean {
    if (until !== undefined) return until.holds(this.#store, now, firing);
    return !when.holds(this.#store, now, firing);
  }

  #turn(level: Level, now: Us, on: boolean): void {
    level.isOn = on;
    level.heldSince = NEVER;
    if (on) {
      level.entered++;
      level.firstAt = Math.min(level.firstAt, now);
      level.enteredAt = now;
      const { do: actions } = level.params;
      level.done = actions.flatMap((action, i) => {
        if (this.#ports.isDone(action)) return [];
        this.#ports.act(action);
        return [i];
      });
      return;
    }
    level.leftAt = now;
    level.spent += now - level.enteredAt;
    for (const i of [...level.done].reverse()) this.#undo(level.params.do[i]!);
    level.done = [];
  }

  /** What another level wants too is handed on to it, and undone with that one. */
  #undo(action: ActionParams): void {
    for (const other of this.#levels) {
      const place = other.isOn ? other.params.do.findIndex((one) => one.action === action.action) : -1;
      if (place < 0) continue;
      other.done = [...other.done, place];
      return;
    }
    const undone = undoOf(action);
    if (undone !== undefined) this.#ports.act(undone);
  }
}
