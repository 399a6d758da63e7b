import { createInterface } from 'node:readline';
import { createReadStream, existsSync } from 'node:fs';
import { parseQuantity, QuantityError } from '../models/core/quantity.ts';
import { US_PER_S } from '../models/core/units.ts';
import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import { actionParams, type ActionParams } from '../models/operations/runbook/params.ts';
import { drillDebrief, drillLook, type DrillDebrief } from '../reports/drill.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { suggest } from '../scenarios/errors.ts';
import { Drill } from '../sim/drill.ts';
import { VideoRun } from '../sim/video-run.ts';
import { UsageError } from './exit.ts';
import { print, terminalOptions } from './terminal.ts';

/** What can be said in a drill. */
const HELP = `  wait 5min        let time go on (wait: until an alert changes, at most an hour)
  look             indicators since the last look, and alerts
  do ACTION [k=v]  reroute, shield [on=false], prewarm [videos=10], scaleOrigin [factor=4],
                   failoverOrigin, rollback
  end              run to the end, and talk about it`;

/** A drill at the terminal, or from a file of commands; returns its debrief. */
export async function drill(
  plan: ScenarioPlan,
  script: string | undefined,
  json: boolean,
): Promise<DrillDebrief> {
  if (script !== undefined && !existsSync(script))
    throw new UsageError(`--script: there is no file ${script}`);
  const options = terminalOptions(process.stdout);
  const session = new Drill(plan);
  const say = async (text: string) => {
    if (!json) await print(text);
  };
  await say(
    `${plan.scenario.title}\nSomething may go wrong. You see what an on-call engineer sees.\n${HELP}`,
  );
  const input = script === undefined ? process.stdin : createReadStream(script);
  const lines = createInterface({ input, terminal: false });
  let number = 0;
  for await (const line of lines) {
    number++;
    const command = line.replace(/#.*/, '').trim();
    if (command === '') continue;
    if (script !== undefined) await say(`> ${command}`);
    try {
      if (!(await obey(command))) break;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      if (script !== undefined) throw new UsageError(`${script}:${number}: ${error.message}`);
      await say(error.message);
    }
  }
  lines.close();
  const own = session.finish();
  const debrief = drillDebrief(plan, session.journal, {
    drill: own,
    noFault: outcomeOf(plan, { faults: [], runbooks: [], degraded: { levels: [] } }),
    nothing: outcomeOf(plan, { runbooks: [], degraded: { levels: [] } }),
    runbook: outcomeOf(plan, {}),
  });
  return debrief;

  async function obey(command: string): Promise<boolean> {
    const [verb = '', ...words] = command.split(/\s+/);
    switch (verb) {
      case 'wait': {
        const over = session.wait(words.length === 0 ? 3600 : secondsOf(words.join('')), words.length === 0);
        await say(drillLook(session.look(), options));
        return !over;
      }
      case 'look':
        await say(drillLook(session.look(), options));
        return true;
      case 'do':
        session.act(actionOf(words));
        return true;
      case 'help':
        await say(HELP);
        return true;
      case 'end':
        return false;
      default:
        throw new UsageError(
          `unknown command "${verb}": ${suggest(verb, ['wait', 'look', 'do', 'help', 'end'])}`,
        );
    }
  }
}

/** The scenario with other faults or runbooks, run with the drill's seed. */
function outcomeOf(
  plan: ScenarioPlan, other: Partial<Pick<ScenarioPlan['scenario'], 'faults' | 'runbooks' | 'degraded'>>,
): ReplicationOutcome {
  const run = new VideoRun({ ...plan, scenario: { ...plan.scenario, ...other } }, 0);
  while (!run.advance(1_000_000));
  return run.finish();
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
    return [
      key,
      value === 'true'
        ? true
        : value === 'false'
          ? false
          : Number.isNaN(Number(value))
            ? value
            : Number(value),
    ];
  }));
  const parsed = actionParams.safeParse({ action: name, ...given });
  if (parsed.success) return parsed.data;
  throw new UsageError(
    parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  );
}

