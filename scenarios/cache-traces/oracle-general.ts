import type { TraceBuilder, TraceParser } from './cache-trace.ts';

/**
 * Bytes of a record: u32 time [s], u64 object, u32 size [bytes], i64 next request; little endian, no
 * header.
 */
const RECORD = 24;

/** Parses libCacheSim's oracleGeneral format; the next request is worked out anew and so passed over. */
export class OracleGeneralParser implements TraceParser {
  readonly #builder: TraceBuilder;
  readonly #rest = new Uint8Array(RECORD);
  #held = 0;
  #records = 0;

  constructor(builder: TraceBuilder) {
    this.#builder = builder;
  }

  push(bytes: Uint8Array): void {
    let from = 0;
    if (this.#held > 0) {
      from = Math.min(RECORD - this.#held, bytes.length);
      this.#rest.set(bytes.subarray(0, from), this.#held);
      this.#held += from;
      if (this.#held < RECORD) return;
      this.#read(new DataView(this.#rest.buffer), 0);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (; from + RECORD <= bytes.length; from += RECORD) this.#read(view, from);
    this.#rest.set(bytes.subarray(from));
    this.#held = bytes.length - from;
  }

  end(): void {
    if (this.#held === 0) return;
    const message = `expected ${RECORD} bytes, got ${this.#held}: the file is cut off`;
    this.#builder.problem(this.#records + 1, message);
  }

  #read(view: DataView, at: number): void {
    this.#records++;
    const high = view.getUint32(at + 8, true);
    // A BigInt only for the few ids that a double cannot hold.
    const small = high < 2 ** 21;
    const id = small ? high * 2 ** 32 + view.getUint32(at + 4, true) : view.getBigUint64(at + 4, true);
    this.#builder.add(view.getUint32(at, true), id, view.getUint32(at + 12, true));
  }
}
