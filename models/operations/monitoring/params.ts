import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';

/** Parameters of what watches the platform. */
export const monitoringParams = z.strictObject({
  scrapeEvery: quantity('duration', {
    doc: 'Time between two readings of every metric.', source: 'cited: Prometheus, a common scrape_interval',
    min: '1s',
  }).prefault('15s'),
  rules: z.array(z.string().min(1)).max(100)
    .meta({
      description: 'Prometheus rule files, evaluated as the run goes; their alerts are reported.',
      unit: 'paths', source: 'cited: platform design document, section 3.3, as the shipped file',
    })
    .prefault(['alerts/platform.yaml']),
  burnRates: z.string().min(1).optional()
    .meta({
      description: 'Windows of burn-rate alerts (Sloth AlertWindows), made for every objective that counts '
        + 'events; none without it.',
      unit: 'path', source: 'cited: SRE Workbook, chapter 5, as the shipped alerts/windows-30d.yaml',
    }),
  openslo: z.array(z.string().min(1)).max(100)
    .meta({
      description: 'OpenSLO v1 files whose objectives join those of the scenario.', unit: 'paths',
      source: 'assumed',
    })
    .prefault([]),
});

/** Parameters of what watches the platform. */
export type MonitoringParams = z.output<typeof monitoringParams>;
