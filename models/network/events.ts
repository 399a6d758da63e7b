/** Everything that can happen to a shared link. A flow is numbered by its owner. */
export type LinkInput =
  | { readonly kind: 'transferStarted'; readonly flow: number; readonly bytes: number }
  | { readonly kind: 'transferCancelled'; readonly flow: number }
  | { readonly kind: 'woken' };
