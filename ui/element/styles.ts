import { css } from 'lit';

/** What all elements of the report share: cards, headings, buttons, tables. */
export const shared = css`
  :host {
    display: block;
  }

  * {
    box-sizing: border-box;
  }

  h2,
  h3,
  p,
  figure,
  dl,
  dd,
  ul {
    margin: 0;
    padding: 0;
  }

  h3 {
    font-size: 0.95rem;
    font-weight: 600;
    line-height: 1.35;
  }

  .card {
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: 10px;
    padding: 1rem 1.1rem;
    min-width: 0;
    break-inside: avoid;
  }

  /* Charts side by side: a card takes three rows, which the chart in it shares. */
  .charts {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 27rem), 1fr));
    column-gap: 0.9rem;
  }

  .charts .card {
    display: grid;
    grid-row: span 3;
    grid-template-rows: subgrid;
    row-gap: 0;
    margin-bottom: 0.9rem;
  }

  .soft {
    color: var(--soft);
  }

  .small {
    font-size: 0.8rem;
  }

  .mono {
    font-family: var(--mono);
    font-size: 0.92em;
    overflow-wrap: anywhere;
  }

  .number {
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }

  button,
  input,
  select {
    font: inherit;
    font-size: 0.78rem;
    color: var(--text);
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: 6px;
    min-height: 26px;
    padding: 0.15rem 0.55rem;
  }

  button {
    cursor: pointer;
    white-space: nowrap;
  }

  button:hover {
    border-color: var(--soft);
  }

  button[aria-expanded='true'] {
    background: var(--sunken);
  }

  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }

  .scroll {
    overflow: auto;
    max-height: 24rem;
    border: 1px solid var(--line);
    border-radius: 8px;
  }

  table {
    border-collapse: collapse;
    width: 100%;
    font-size: 0.85rem;
  }

  th,
  td {
    padding: 0.4rem 0.75rem;
    text-align: left;
    vertical-align: baseline;
    border-bottom: 1px solid var(--grid);
  }

  thead th {
    position: sticky;
    top: 0;
    background: var(--sunken);
    color: var(--soft);
    font-weight: 500;
    font-size: 0.78rem;
    white-space: nowrap;
    z-index: 1;
  }

  tbody th {
    font-weight: 500;
  }

  tbody tr:last-child > * {
    border-bottom: 0;
  }

  th.figure,
  td.figure {
    text-align: right;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }

  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  @media print {
    .screen {
      display: none !important;
    }

    .scroll {
      max-height: none;
      overflow: visible;
    }
  }
`;

/** Cards with drawn rows, side by side where the page is wide enough. */
export const drawnCards = css`
  .cards {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 34rem), 1fr));
    gap: 0.9rem;
  }

  .card {
    overflow-x: auto;
  }

  .drawn svg {
    display: block;
  }

  td,
  th {
    vertical-align: middle;
  }
`;
