/** What the page asks of the worker that computes, and what it answers: plain data both ways. */
import type { KernelRow as ReportedRow } from "../../src/analysis/index.js";
import type { PoolEntry } from "../../src/pool/index.js";
import type { Interval, Unpredicted } from "../../src/predictors/index.js";

/** A platform of the pool, as the server and the static site list it in pool/index.json; its file lies below pool/. */
export type PoolPlatform = PoolEntry;

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
