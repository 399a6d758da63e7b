import { assert } from '../models/core/assert.ts';
import type { RunRecord } from '../models/core/run-record.ts';
import { encodePageRecord } from './page-record.ts';

/** Id of the element in which a report page carries its run record. */
export const RECORD_ELEMENT_ID = 'weir-record';

/** A report as one self-contained page: the built template with the run record put in. */
export function renderHtml(template: string, record: RunRecord): string {
  const parts = template.split(PLACEHOLDER);
  assert(parts.length === 2, 'the template has one place for a record', { places: parts.length - 1 });
  // Inside a script element only `<` can end or change what the parser reads; JSON has an escape for it.
  const json = encodePageRecord(record).replaceAll('<', '\\u003c');
  const title = `<title>${escapeText(record.document.title)} · Weir</title>`;
  const head = parts[0]!.replace(/<title>[^<]*<\/title>/, () => title);
  return `${head}<script type="application/json" id="${RECORD_ELEMENT_ID}">${json}</script>${parts[1]!}`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const PLACEHOLDER = `<script type="application/json" id="${RECORD_ELEMENT_ID}">null</script>`;
