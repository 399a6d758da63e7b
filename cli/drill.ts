import { createInterface } from 'node:readline';
import { createReadStream, existsSync } from 'node:fs';
import { parseQuantity, QuantityError } from '../models/core/quantity.ts';
import { US_PER_S } from '../models/core/units.ts';
import { PromqlError } from '../models/operations/promql/syntax.ts';
import { levelsOf } from '../models/operations/degraded/params.ts';
import { actionParams, type ActionParams } from '../models/operations/runbook/params.ts';
import { drillDebrief, drillLook, type DrillDebrief } from '../reports/drill.ts';
import { wrapText } from '../reports/text-table.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { suggest } from '../scenarios/errors.ts';
import { Drill, otherwise } from '../sim/drill.ts';
import { rehearsedOf, writeJournal } from './attend.ts';
import { actionsInFull } from './drill-help.ts';
import { UsageError } from './exit.ts';
import { interruptible } from './interrupt.ts';
import { print, terminalOptions } from './terminal.ts';

/** How a drill is held. */
export interface DrillOptions {
  /** A file of commands; without one they are typed. */
  readonly script?: string | undefined;
  /** Nothing is said until its debrief. */
  readonly quiet: boolean;
  /** Times as fast as the clock; undefined: as fast as it goes. */
  readonly speed: number | undefined;
  readonly journal?: string | undefined;
}

const GREETING = 'Something may go wrong. You see what an on-call engineer sees.';
const VERBS = ['wait', 'look', 'ask', 'do', 'help', 'end'];

/** A drill at the terminal, or from a file of commands; returns its debrief. */
export async function drill(plan: ScenarioPlan, options: DrillOptions): Promise<DrillDebrief> {
  const { script, quiet, speed, journal } = options;
  if (script !== undefined && !existsSync(script))
    throw new UsageError(`--script: there is no file ${script}`);
  const session = new Drill(unattended(plan));
  const say = async (text: string) => {
    if (!quiet) await print(text);
  };
  await say(`${plan.scenario.title}\n${GREETING}\n${HELP}`);
  const { signal, restore } = interruptible('Stopping: what was played so far is talked about');
  const levels = levelsOf(plan.scenario.degraded).map(({ level }) => level);
  const desk = new Desk(session, levels, say, speed, signal);
  const input = script === undefined ? process.stdin : createReadStream(script);
  const lines = createInterface({ input, terminal: false });
  signal.addEventListener('abort', () => lines.close());
  try {
    let number = 0;
    let over = session.stopped !== undefined;
    for await (const line of lines) {
      number++;
      const command = line.replace(/#.*/, '').trim();
      if (over || signal.aborted) break;
      if (command === '') continue;
      if (script !== undefined) await say(`> ${command}`);
      try {
        over = await desk.obey(command);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        if (script !== undefined) throw new UsageError(`${script}:${number}: ${error.message}`);
        await say(error.message);
      }
    }
    // Who goes home leaves the run to itself: it goes on to its end.
    if (!signal.aborted) await desk.wait(Infinity, false);
  } finally {
    lines.close();
    restore();
  }
  const status = session.stopped ?? (signal.aborted ? 'interrupted' : 'completed');
  const { seconds } = session;
  const own = session.finish();
  if (journal !== undefined) {
    const from = plan.scenario.run.warmup / US_PER_S;
    const actions = session.journal.filter(({ what }) => what.startsWith('does: '))
      .map((one) => ({ seconds: one.seconds + from, what: one.what.slice('does: '.length) }));
    writeJournal(journal, rehearsedOf(plan, session, own, { status, seconds, actions }));
  }
  const { before, after, abortedBy } = session.watch;
  return drillDebrief(plan, session.journal, {
    drill: own, ...otherwise(plan, plan.scenario.run.warmup + seconds * US_PER_S),
  }, { status, before, after, abortedBy });
}

/** A probe that finds nothing. */
const NEVER = 'vector(0) > 0';

/** The scenario with the people there instead of its runbooks; degraded levels are theirs to enter. */
function unattended(plan: ScenarioPlan): ScenarioPlan {
  const levels = levelsOf(plan.scenario.degraded).map((level) => ({ ...level, when: NEVER, until: NEVER }));
  return { ...plan, scenario: { ...plan.scenario, runbooks: [], degraded: [{ levels }] } };
}

/** Where somebody sits in a drill: obeys what they say. */
class Desk {
  readonly #session: Drill;
  readonly #levels: readonly number[];
  readonly #say: (text: string) => Promise<void>;
  readonly #speed: number | undefined;
  readonly #signal: AbortSignal;

  constructor(
    session: Drill, levels: readonly number[], say: (text: string) => Promise<void>,
    speed: number | undefined, signal: AbortSignal,
  ) {
    this.#session = session;
    this.#levels = levels;
    this.#say = say;
    this.#speed = speed;
    this.#signal = signal;
  }

  /** Obeys a command; true when the drill is over. Throws UsageError for what it does not understand. */
  async obey(command: string): Promise<boolean> {
    const [verb = '', ...words] = command.split(/\s+/);
    const session = this.#session;
    switch (verb) {
      case 'wait': {
        const seconds = words.length === 0 ? 3600 : secondsOf(words.join(''));
        const over = await this.wait(seconds, words.length === 0);
        await this.#say(drillLook(session.look(), terminalOptions(process.stdout)));
        return over;
      }
      case 'look':
        await this.#say(drillLook(session.look(), terminalOptions(process.stdout)));
        return false;
      case 'ask':
        await this.#say(this.#answer(command.slice('ask'.length).trim()));
        return false;
      case 'do':
        session.act(this.#known(actionOf(words)));
        return false;
      case 'help':
        await this.#say(`${HELP}\n${actionsInFull()}`);
        return false;
      case 'end':
        return true;
      default:
        throw new UsageError(`unknown command "${verb}": ${suggest(verb, VERBS)}`);
    }
  }

  /** Lets time go on, at the speed of the drill; true when it is over. */
  async wait(seconds: number, untilAlert: boolean): Promise<boolean> {
    const session = this.#session;
    const until = session.seconds + seconds;
    while (session.seconds < until && !this.#signal.aborted) {
      const { over, alert } = session.step();
      if (over) return true;
      if (untilAlert && alert) return false;
      const paceMs = this.#speed === undefined ? 0 : (session.stepSeconds * 1000) / this.#speed;
      await new Promise((resolve) => setTimeout(resolve, paceMs));
    }
    return this.#signal.aborted;
  }

  /** The action, unless it is about a level that the scenario has not. */
  #known(action: ActionParams): ActionParams {
    if (action.action !== 'degrade' || this.#levels.includes(action.level)) return action;
    const known = this.#levels.length === 0 ? 'none' : this.#levels.join(', ');
    throw new UsageError(`there is no degraded level ${action.level}: the scenario has ${known}`);
  }

  #answer(question: string): string {
    try {
      const found = this.#session.ask(question);
      return found.length === 0 ? '  nothing' : found.map(({ labels, value }) =>
        `  ${labels === '' ? '' : `{${labels}} `}${Number(value.toPrecision(5))}`).join('\n');
    } catch (error) {
      if (error instanceof PromqlError) throw new UsageError(`ask: ${error.message}`);
      throw error;
    }
  }
}

function secondsOf(text: string): number {
  try {
    return parseQuantity('duration', text) / US_PER_S;
  } catch (error) {
    if (error instanceof QuantityError) throw new UsageError(error.message);
    throw error;
  }
}

function actionOf([name = '', ...pairs]: readonly string[]): ActionParams {
  const known = actionParams.options.map((option) => option.shape.action.value);
  if (!known.some((one) => one === name))
    throw new UsageError(`unknown action "${name}": ${suggest(name, known)}`);
  const given = Object.fromEntries(pairs.map((pair) => {
    const [key = '', value = ''] = pair.split('=');
    return [key, valueOf(value)];
  }));
  const parsed = actionParams.safeParse({ action: name, ...given });
  if (parsed.success) return parsed.data;
  throw new UsageError(
    parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  );
}

function valueOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return text === '' || Number.isNaN(Number(text)) ? text : Number(text);
}

/** Every action with what can be said of it. */
function actionsHelp(): string {
  const actions = actionParams.options.map(({ shape }) => {
    const { action, ...others } = shape;
    const keys = Object.keys(others).map((key) => ` [${key}=]`);
    return `${action.value}${keys.join('')}`;
  });
  const indent = ' '.repeat(19);
  // A key and its action stay on one line.
  const joined = actions.map((one) => one.replaceAll(' ', '\u00a0')).join(', ');
  return wrapText(joined, 110, indent).join('\n').replaceAll('\u00a0', ' ').trim();
}

/** What can be said in a drill. */
const HELP = `  wait 5min        let time go on (wait: until an alert changes, at most an hour)
  look             indicators since the last look, and alerts
  ask PROMQL       a diagnostic: ask sum by (tier) (rate(cache_requests_total[2m]))
  do ACTION [k=v]  ${actionsHelp()}
  end              run to the end, and talk about it`;
