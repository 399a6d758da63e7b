import { svg, type SVGTemplateResult } from 'lit';
import type { Verdict } from '../../models/core/run-record.ts';

/** The icon of a verdict: each has a shape of its own, so that it is told apart without colour. */
export function verdictIcon(verdict: Verdict): SVGTemplateResult {
  return svg`
    <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true"
      fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">
      ${SHAPES[verdict]}</svg>
  `;
}

const SHAPES: Readonly<Record<Verdict, SVGTemplateResult>> = {
  met: svg`<circle cx="10" cy="10" r="8"/><path d="M6.3 10.4l2.5 2.5 4.9-5.6"/>`,
  missed: svg`<path d="M10 1.8l8.2 8.2-8.2 8.2-8.2-8.2z"/><path d="M7.4 7.4l5.2 5.2M12.6 7.4l-5.2 5.2"/>`,
  inconclusive: svg`<rect x="2" y="2" width="16" height="16" rx="4"/>
    <path d="M7.6 8a2.4 2.4 0 1 1 3.4 2.2c-.7.3-1 .8-1 1.5M10 14.4v.1"/>`,
  'no-data': svg`<circle cx="10" cy="10" r="8" stroke-dasharray="3 3.3"/><path d="M6.5 10h7"/>`,
};
