/**
 * What a link tells the world: a transfer's last byte has left it. Void, never re-entered.
 *
 *   transferStarted ──▶ ┌────────────┐ ─▶ transferred
 *   transferCancelled ▶ │ SharedLink │
 *   woken ────────────▶ └────────────┘    wakeAt(): asked by the host after every input
 */
export interface LinkPorts {
  transferred(flow: number): void;
}
