/** An event of simjs 2.0.3. */
export interface SimJsRequest {
  readonly deliverAt: number;
  readonly entity: unknown;
  done(callback: (this: never) => void, context: object): SimJsRequest;
  cancel(): void;
}

/** An entity of simjs 2.0.3: what models are derived from. */
export interface SimJsEntity {
  setTimer(duration: number): SimJsRequest;
  useFacility(facility: SimJsFacility, duration: number): SimJsRequest;
}

/** A station of simjs 2.0.3. */
export interface SimJsFacility {
  queueStats(): { readonly durationSeries: { average(): number } };
  systemStats(): { readonly sizeSeries: { average(): number } };
}

/** What is used of simjs 2.0.3. */
export interface SimJs {
  readonly PQueue: new () => { insert(request: SimJsRequest): void; remove(): SimJsRequest | null };
  readonly Request: new (entity: unknown, now: number, deliverAt: number) => SimJsRequest;
  readonly Random: new (seed: number) => { exponential(rate: number): number };
  readonly Facility: new (name: string) => SimJsFacility;
  readonly Entity: new (...args: readonly unknown[]) => SimJsEntity;
  readonly Sim: new () => {
    addEntity(entity: new () => SimJsEntity): void;
    simulate(endTime: number, maxEvents?: number): void;
  };
}

/** Loads simjs, which exports nothing under Node: it leaves its classes in `window`. */
export async function loadSimJs(): Promise<SimJs> {
  Object.assign(globalThis, { window: globalThis });
  await import('simjs');
  return (globalThis as unknown as { readonly Sim: SimJs }).Sim;
}
