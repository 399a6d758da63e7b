/** Names and values that tell the series of one metric apart. */
export type Labels = Readonly<Record<string, string>>;

/** Labels as OpenMetrics writes them: `tier="edge",result="hit"`; empty for none. */
export function formatLabels(labels: Labels): string {
  return Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(',');
}

function escapeLabel(value: string): string {
  return value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
}
