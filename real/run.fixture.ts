/** A process that runs a scenario for real and says what it does: for first-light.test.ts, which kills it. */
import { PROVENANCE, readPlan } from './disk-files.fixture.ts';
import { runReal } from './run.ts';

const [, , scenario, clip] = process.argv;
const say = (line: string) => void process.stdout.write(`${line}\n`);
const record = await runReal(readPlan(scenario!), { provenance: PROVENANCE, clip, log: say });
say(`complete: ${record.document.complete}`);
