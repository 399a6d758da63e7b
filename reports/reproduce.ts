import type { ParameterProvenance, RunDocument } from '../models/core/run-record.ts';

/** The command that makes this run again: its scenario, seed, replications and every value set by hand. */
export function reproduceCommand(document: RunDocument): string {
  const words = document.world === 'real' ? ['weir', 'real', 'run'] : ['weir', 'run'];
  words.push(quote(document.provenance.scenarioFile), '--seed', String(document.seed));
  const { variant } = document.provenance;
  if (variant !== undefined) words.push('--variant', variant);
  if (document.world === 'sim') words.push('--replications', String(document.replications));
  for (const parameter of document.provenance.parameters) {
    if (parameter.origin !== 'set' || SAID.has(parameter.path)) continue;
    words.push('--set', quote(`${parameter.path}=${asTyped(parameter)}`));
  }
  return words.join(' ');
}

// A bare number stands in its base unit; the command line wants the unit spelled out.
function asTyped({ value, unit }: ParameterProvenance): string {
  const suffix = TYPED_UNITS[unit];
  return suffix !== undefined && /^-?[\d.]+(e[-+]?\d+)?$/i.test(value) ? value + suffix : value;
}

/** The words of a command line as somebody would type them to a shell. */
export function commandLine(words: readonly string[]): string {
  return words.map(quote).join(' ');
}

function quote(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Parameters that have options of their own. */
const SAID = new Set(['run.seed', 'run.replications']);

const TYPED_UNITS: Readonly<Record<string, string>> = {
  us: 'us', s: 's', bytes: 'B', 'bits/s': 'bps', '1/s': '/s',
};
