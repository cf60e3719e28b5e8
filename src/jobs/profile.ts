/** Measures kernel configs into the store; goes on from where an earlier run stopped. STUB. */
import type { KernelConfig } from "../kernels/types.js";
import type { Protocol, Store } from "../measurements/index.js";
import type { Platform } from "../platforms/index.js";
import type { Engine } from "../profiling/index.js";

export interface ProfileProgress {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
}

export interface ProfileRequest {
  readonly store: Store;
  readonly engine: Engine;
  /** Resolved: no `local`, no empty version. */
  readonly platform: Platform;
  readonly kernels: readonly { readonly type: string; readonly config: KernelConfig }[];
  readonly protocol: Protocol;
  /** Measure also what the store already has. */
  readonly again?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ProfileProgress) => void;
}

/** `skipped` were in the store already. After an abort the counts say what was done until then. */
export interface ProfileResult {
  readonly measured: number;
  readonly failed: number;
  readonly skipped: number;
}

export async function profileKernels(_request: ProfileRequest): Promise<ProfileResult> {
  throw new Error("internal: not written yet");
}
