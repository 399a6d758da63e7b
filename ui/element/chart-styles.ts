import { css } from 'lit';

/** How a chart with its introduction, legend and table is laid out. */
export const chartStyles = css`
  /* Introduction, plot and table are rows of the grid around the chart: neighbours' plots line up. */
  :host,
  figure {
    display: grid;
    grid-row: span 3;
    grid-template-rows: subgrid;
    row-gap: 0;
    min-width: 0;
  }

  .plot {
    display: flex;
    flex-direction: column;
    justify-content: flex-end;
    min-width: 0;
  }

  .head {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    align-items: baseline;
    gap: 0.25rem 0.75rem;
  }

  .tools {
    display: flex;
    gap: 0.3rem;
  }

  /* As high with a cursor as without, so that nothing moves under the pointer. */
  .readout {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 14rem), 1fr));
    gap: 0 1rem;
    margin: 0.35rem 0 0.2rem;
    font-variant-numeric: tabular-nums;
  }

  .entry {
    min-height: 1.5em;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .note {
    grid-column: 1 / -1;
    min-height: 1.5em;
  }

  @media (max-width: 36rem) {
    .note {
      min-height: 3em;
    }
  }

  .entry svg {
    width: 22px;
    height: 8px;
    margin-right: 0.35rem;
    vertical-align: middle;
  }

  .area {
    display: inline-block;
    width: 11px;
    height: 11px;
    margin-right: 0.35rem;
    border-radius: 2px;
    vertical-align: -1px;
  }

  .value {
    font-weight: 600;
  }

  .stage {
    position: relative;
    touch-action: pan-y;
    cursor: crosshair;
    border-radius: 4px;
  }

  .stage svg {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    overflow: visible;
    pointer-events: none;
  }

  .table {
    margin-top: 0.75rem;
    max-height: 20rem;
  }
`;
