import { formatLabels } from '../models/core/labels.ts';
import type { ScrapedSeries } from '../models/core/run-record.ts';

/**
 * Scraped series as OpenMetrics text with timestamps, for `promtool tsdb create-blocks-from openmetrics`:
 * `epochSeconds` is what the run's first moment is taken to be. A counter whose name does not end in `_total`
 * has no place as a counter there, and is of type `unknown`, so that its name stays what rules call it.
 */
export function openMetrics(series: readonly ScrapedSeries[], epochSeconds: number): string {
  const families = new Map<string, ScrapedSeries[]>();
  for (const one of series) {
    const name = familyOf(one);
    const family = families.get(name);
    if (family === undefined) families.set(name, [one]);
    else family.push(one);
  }
  const lines: string[] = [];
  for (const [name, members] of families) {
    const { kind, help, metric } = members[0]!;
    const type = kind === 'counter' && !metric.endsWith('_total') ? 'unknown' : kind;
    lines.push(`# TYPE ${name} ${type}`);
    const unit = ['seconds', 'bytes'].find((one) => name.endsWith(`_${one}`));
    if (unit !== undefined) lines.push(`# UNIT ${name} ${unit}`);
    lines.push(`# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`);
    for (const metrics of groups(members)) sampleLines(metrics, epochSeconds, lines);
  }
  lines.push('# EOF');
  return `${lines.join('\n')}\n`;
}

/** Samples of one metric: a histogram's parts moment by moment, anything else's in the order of time. */
function sampleLines(parts: readonly ScrapedSeries[], epochSeconds: number, lines: string[]): void {
  parts[0]!.seconds.forEach((second, i) => {
    for (const { metric, labels, values } of parts) {
      const text = formatLabels(labels);
      lines.push(`${metric}${text === '' ? '' : `{${text}}`} ${values[i]!} ${epochSeconds + second}`);
    }
  });
}

/** The parts of each histogram together, every other series on its own. */
function groups(members: readonly ScrapedSeries[]): ScrapedSeries[][] {
  const found = new Map<string, ScrapedSeries[]>();
  for (const one of members) {
    const { le: _le, ...rest } = one.labels;
    const key = formatLabels(one.kind === 'histogram' ? rest : one.labels);
    const group = found.get(key);
    if (group === undefined) found.set(key, [one]);
    else group.push(one);
  }
  return [...found.values()];
}

function familyOf({ metric, kind }: ScrapedSeries): string {
  if (kind === 'counter') return metric.replace(/_total$/, '');
  return kind === 'histogram' ? metric.replace(/_(bucket|sum|count)$/, '') : metric;
}
