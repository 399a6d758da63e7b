import { assert } from '../models/core/assert.ts';
import type { RunRecord } from '../models/core/run-record.ts';
import type { ComparisonPage } from './comparison-page.ts';
import { encodePageRecord } from './page-record.ts';
import type { SweepDocument } from './sweep-document.ts';

/** Id of the element in which a report page carries what it shows. */
export const RECORD_ELEMENT_ID = 'weir-record';

/** A report as one self-contained page: the built template with the run record put in. */
export function renderHtml(template: string, record: RunRecord): string {
  return fill(template, record.document.title, encodePageRecord(record));
}

/** The page of a comparison, from the same template. */
export function renderComparisonHtml(template: string, page: ComparisonPage): string {
  return fill(template, `${page.document.title}: designs compared`, JSON.stringify(page));
}

/** The page of a sweep, from the same template. */
export function renderSweepHtml(template: string, document: SweepDocument): string {
  return fill(template, `${document.title}: swept`, JSON.stringify(document));
}

function fill(template: string, title: string, text: string): string {
  const parts = template.split(PLACEHOLDER);
  assert(parts.length === 2, 'the template has one place for a record', { places: parts.length - 1 });
  // Inside a script element only `<` can end or change what the parser reads; JSON has an escape for it.
  const json = text.replaceAll('<', '\\u003c');
  const named = `<title>${escapeText(title)} · Weir</title>`;
  const head = parts[0]!.replace(/<title>[^<]*<\/title>/, () => named);
  return `${head}<script type="application/json" id="${RECORD_ELEMENT_ID}">${json}</script>${parts[1]!}`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const PLACEHOLDER = `<script type="application/json" id="${RECORD_ELEMENT_ID}">null</script>`;
