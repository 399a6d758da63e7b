import type { z } from 'zod';
import { abrParams, type AbrParams } from './registry.ts';

/** Rules by the names that a command line knows them by; parameters not given have their defaults. */
export const RULE_PRESETS: ReadonlyMap<string, z.input<typeof abrParams>> = new Map([
  ...abrParams.options.map((schema) => {
    const [rule] = schema.shape.rule.values;
    return [rule!, { rule } as z.input<typeof abrParams>] as const;
  }),
  ['bola-o', { rule: 'bola', hold: 'O' }],
  ['bola-basic', { rule: 'bola', form: 'basic', hold: 'O' }],
  ['bolae-o', { rule: 'bolae', hold: 'O' }],
  ['dynamic-o', { rule: 'dynamic', hold: 'O' }],
  ['dynamicdash-o', { rule: 'dynamicdash', hold: 'O' }],
  ['highest', { rule: 'fixed', rendition: 31 }],
] as const);

/** Parameters of a preset; undefined when there is none of that name. */
export function rulePreset(name: string): AbrParams | undefined {
  const preset = RULE_PRESETS.get(name);
  return preset === undefined ? undefined : abrParams.parse(preset);
}
