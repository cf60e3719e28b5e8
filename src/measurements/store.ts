/** The store of measurements: an append-only journal per writing process, compacted to Parquet on request. STUB. */
import type { Measurement, Outcome, Subject } from "./measurement.js";

export interface MeasurementQuery {
  /** Full platform id. */
  readonly platform?: string;
  readonly kind?: Subject["kind"];
  /** Kernel type. */
  readonly type?: string;
  readonly status?: Outcome["status"];
}

/** What was found in the store and could not be read. */
export interface StoreProblem {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

export interface Store {
  /** Buffered; on disk within a second, or when `flush` resolves. */
  append(measurement: Measurement): void;
  flush(): Promise<void>;
  /** Whether it was measured, well or in vain. `type` is a kernel type and `key` its configKey, or `modelType` and the SHA-256 of the model. */
  has(platform: string, type: string, key: string): Promise<boolean>;
  /** In the order of `at`; when a subject was measured again, only the latest is returned. */
  query(query?: MeasurementQuery): Promise<Measurement[]>;
  /** Ids of the platforms that have measurements, sorted. */
  platforms(): Promise<string[]>;
  /** Moves finished journals into Parquet folders by platform and type. */
  compact(): Promise<{ moved: number; files: number }>;
  /** Corrupt lines met so far. */
  problems(): readonly StoreProblem[];
  close(): Promise<void>;
}

export async function openStore(_home: string): Promise<Store> {
  throw new Error("internal: not written yet");
}
