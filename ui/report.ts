import { decodePageRecord } from '../reports/page-record.ts';
import type { SweepDocument } from '../reports/sweep-document.ts';
import type { ComparisonPage } from '../reports/comparison-page.ts';
import './element/chart.ts';
import './element/claims.ts';
import { WeirComparison } from './element/comparison.ts';
import './element/differences.ts';
import './element/distributions.ts';
import './element/facts.ts';
import './element/farm.ts';
import './element/header.ts';
import './element/indicators.ts';
import './element/objectives.ts';
import './element/origins.ts';
import './element/outcomes.ts';
import './element/over-time.ts';
import './element/parameters.ts';
import './element/places.ts';
import './element/ranking.ts';
import { WeirReport } from './element/report.ts';
import './element/session.ts';
import './element/stages.ts';
import { WeirSweep } from './element/sweep.ts';
import './element/tiers.ts';

// Where the record stands in the page; reports/html.ts puts it there.
const text = document.getElementById('weir-record')?.textContent ?? 'null';
const report = document.querySelector('weir-report');

if (text === 'null') document.body.textContent = 'This is the empty template of a report: it holds no run.';
else if (text.startsWith('{"kind":"comparison"')) {
  const comparison = new WeirComparison();
  comparison.page = JSON.parse(text) as ComparisonPage;
  report?.replaceWith(comparison);
} else if (text.startsWith('{"schema":"weir.sweep/')) {
  const sweep = new WeirSweep();
  sweep.document = JSON.parse(text) as SweepDocument;
  report?.replaceWith(sweep);
} else if (report instanceof WeirReport) report.record = decodePageRecord(text);
