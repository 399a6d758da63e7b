/** A set of labels: names ascending, without empty values, with a key that is equal for equal sets. */
export interface LabelSet {
  readonly names: readonly string[];
  readonly values: readonly string[];
  readonly key: string;
}

/** The label that holds a series' metric name. */
export const NAME = '__name__';

/** A label set from pairs; an empty value means that the label is absent, as in Prometheus. */
export function labelSet(pairs: Readonly<Record<string, string>>): LabelSet {
  const names = Object.keys(pairs).filter((name) => pairs[name] !== '').sort();
  return fromSorted(names, names.map((name) => pairs[name]!));
}

/** Labels as a plain record. */
export function labelRecord(labels: LabelSet): Record<string, string> {
  return Object.fromEntries(labels.names.map((name, i) => [name, labels.values[i]!]));
}

/** The value of a label; empty when it is absent. */
export function labelValue(labels: LabelSet, name: string): string {
  const at = labels.names.indexOf(name);
  return at < 0 ? '' : labels.values[at]!;
}

/** The labels without those named. */
export function without(labels: LabelSet, dropped: readonly string[]): LabelSet {
  return chosen(labels, (name) => !dropped.includes(name));
}

/** Only the labels named. */
export function only(labels: LabelSet, kept: readonly string[]): LabelSet {
  return chosen(labels, (name) => kept.includes(name));
}

/** The labels with others put in; an empty value removes one. */
export function withLabels(labels: LabelSet, others: Readonly<Record<string, string>>): LabelSet {
  return labelSet({ ...labelRecord(labels), ...others });
}

function chosen(labels: LabelSet, keep: (name: string) => boolean): LabelSet {
  const names = labels.names.filter(keep);
  if (names.length === labels.names.length) return labels;
  return fromSorted(names, labels.values.filter((_, i) => keep(labels.names[i]!)));
}

function fromSorted(names: readonly string[], values: readonly string[]): LabelSet {
  return { names, values, key: names.map((name, i) => `${name}\u0001${values[i]!}`).join('\u0000') };
}
