/** What the page asks of the worker that computes, and what it answers: plain data both ways. */
import type { KernelRow as ReportedRow } from "../../src/analysis/index.js";
import type { Interval, Provenance, Unpredicted } from "../../src/predictors/index.js";

/** A platform of the pool, as the server and the static site list it in pool/index.json. */
export interface PoolPlatform {
  readonly platform: string;
  /** Below pool/. */
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly provenance: Provenance;
  readonly kernels: readonly {
    readonly type: string;
    readonly samples: number;
    readonly within10: number;
    readonly mape: number;
  }[];
  readonly correctionModels: number;
  /** Of whole networks, each under a fit without it. */
  readonly heldOut?:
    | { readonly n: number; readonly mape: number; readonly within5: number; readonly within10: number }
    | undefined;
  /** Median relative error of the same networks. */
  readonly typicalError?: number | undefined;
}

export interface ModelInput {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface ModelFacts {
  /** Of the file's content; what the other calls know it by. */
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly nodes: number;
  readonly inputs: readonly ModelInput[];
}

export interface KernelRow extends ReportedRow {
  /** In running order, from 0. */
  readonly index: number;
  readonly block: string;
}

export interface Total {
  readonly platform: string;
  readonly latencyMs: number;
  readonly interval: Interval;
  readonly coverage: { readonly kernels: number; readonly flops: number };
}

export interface Prediction extends Total {
  readonly sumMs: number;
  readonly unpredicted: readonly Unpredicted[];
  readonly kernels: readonly KernelRow[];
}
