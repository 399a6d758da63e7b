/** Name of the action that takes deploys back, in every part of the platform that had one. */
export const ROLLBACK = 'rollback';

/** The deploys are taken back, or come again. */
export interface RollbackAction {
  readonly action: typeof ROLLBACK;
  readonly on: boolean;
}
