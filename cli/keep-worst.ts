import { dirname, relative, resolve } from 'node:path';
import { stringify } from 'yaml';
import type { WorstOutcome } from '../models/operations/rehearsal/outcomes.ts';
import { defaultMargin } from '../models/operations/gate/gate.ts';
import type { RunDocument } from '../models/core/run-record.ts';
import type { SloDefinition } from '../models/operations/slo.ts';
import { isRecord } from '../scenarios/schema-walk.ts';
import { parseSettings } from '../scenarios/settings.ts';
import { UsageError } from './exit.ts';

/** What makes a replication of a rehearsal again. */
export interface KeptReplication {
  readonly scenarioFile: string;
  readonly name: string;
  readonly worst: WorstOutcome;
  /** The run it is a replication of. */
  readonly document: RunDocument;
  readonly slos: readonly SloDefinition[];
  /** What was set beside the file, by --set or a timing of the faults. */
  readonly settings: readonly string[];
  /** The command that found it. */
  readonly command: string;
}

/**
 * A scenario file that is one replication of another alone, with objectives that it has to come out no worse
 * than it did, by a margin: a regression test.
 */
export function keptScenario(kept: KeptReplication, target: string): string {
  const { worst, document, slos, name } = kept;
  const own = {
    extends: relative(dirname(resolve(target)), resolve(kept.scenarioFile)),
    name: `${name}-worst`,
    title: `The worst replication of ${name}`,
    description: `Found by ${kept.command}: ${worst.indicator} came to ${worst.value} in replication `
      + `${worst.replication} of seed ${worst.seed}. Its objectives are what it came to, and a margin: `
      + 'weir check and weir run --strict fail when it comes out worse.',
    run: { seed: worst.seed, first: worst.replication, replications: 1 },
    slos: objectives(document, worst.replication, slos),
  };
  const whole: Record<string, unknown> = {};
  for (const setting of parseSettings(kept.settings)) {
    if (setting.path.some((key) => typeof key === 'number')) {
      throw new UsageError('--keep-worst: expected --set of whole lists: a kept scenario has no place for '
        + setting.path.map(String).join('.'));
    }
    put(whole, setting.path.map(String), setting.value);
  }
  const run = { ...(isRecord(whole['run']) ? whole['run'] : {}), ...own.run };
  return stringify({ ...own, ...whole, run }, { lineWidth: 100 });
}

function put(
  target: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown,
): void {
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const part = isRecord(target[key]) ? { ...target[key] } : {};
  target[key] = part;
  put(part, rest, value);
}

/** An objective for each that had data: no worse than it was, by its margin. */
function objectives(
  { slos: judged, slis }: RunDocument, replication: number, slos: readonly SloDefinition[],
) {
  return judged.flatMap((one) => {
    const slo = slos.find(({ name }) => name === one.name);
    const values = slis[one.sli]?.values ?? [];
    const value = values[replication];
    if (slo === undefined || value === undefined) return [];
    const margin = slo.margin ?? defaultMargin(slo);
    const name = `no worse than it was: ${one.name}`;
    const bound = Number((slo.direction === 'below' ? value + margin : value - margin).toPrecision(9));
    return [{ name, sli: slo.sli, [slo.direction]: bound }];
  });
}
