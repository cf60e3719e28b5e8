/** Many kernel types at once: no fit depends on another, so where the recipe needs no engine each core takes the next. */
import { availableParallelism } from "node:os";
import { type ComputeBackend, runInThreads } from "../base/index.js";
import {
  distilKernelPredictor,
  type KernelTrainingOptions,
  type KernelTrainingSet,
  loadKernelPredictor,
  trainKernelPredictor,
} from "./kernel-predictor.js";
import { recipes } from "./recipes.js";
import type { KernelPredictorState } from "./state.js";
import type { KernelPredictor } from "./types.js";

/** Plain data: it goes to a thread as it is. */
export interface KernelFit extends KernelTrainingSet {
  /** Present: the latencies are what another predictor says, with these errors (`distilKernelPredictor`). */
  readonly known?: Pick<KernelPredictorState, "samples" | "heldOut"> | undefined;
}

export interface ManyFitsOptions extends Pick<KernelTrainingOptions, "recipe" | "seed" | "signal"> {
  /** Default: one for each core. */
  readonly threads?: number | undefined;
  onDone?(fit: KernelFit): void;
}

/** What a thread is asked for; it answers with the state. */
export interface ThreadedFit extends Pick<KernelTrainingOptions, "recipe" | "seed"> {
  readonly fit: KernelFit;
}

/** Fewer rows in all are fitted before threads have begun. Choice. */
const rowsForThreads = 500;

/** In the order of the fits; the same numbers on any number of threads. @throws LitepredError `interrupted`. */
export async function fitKernelPredictors(
  backend: ComputeBackend,
  fits: readonly KernelFit[],
  options: ManyFitsOptions,
): Promise<KernelPredictor[]> {
  const { recipe, seed, signal, onDone, threads = availableParallelism() } = options;
  const rows = fits.reduce((total, { configs }) => total + configs.length, 0);
  if (threads > 1 && !recipes[recipe].needsEngine && rows >= rowsForThreads)
    return fitInThreads(fits, options, threads);
  const fitted: KernelPredictor[] = [];
  for (const fit of fits) {
    fitted.push(await fitKernelPredictor(backend, fit, { recipe, seed, signal }));
    onDone?.(fit);
  }
  return fitted;
}

/** The largest first, so that no core is left with one at the end. */
async function fitInThreads(fits: readonly KernelFit[], options: ManyFitsOptions, threads: number) {
  const { recipe, seed, signal, onDone } = options;
  const order = [...fits.keys()].sort((a, b) => fits[b]!.configs.length - fits[a]!.configs.length);
  const tasks = order.map((i): ThreadedFit => ({ fit: fits[i]!, recipe, seed }));
  const states = runInThreads<ThreadedFit, KernelPredictorState>(tasks, {
    ...{ program: "predictors/fit-thread.js", name: "training", threads, signal },
    onDone: ({ fit }) => onDone?.(fit),
  });
  const fitted: KernelPredictor[] = [];
  let next = 0;
  for await (const state of states) fitted[order[next++]!] = await loadKernelPredictor(state);
  return fitted;
}

/** @param backend undefined: the recipe needs none */
export const fitKernelPredictor = (
  backend: ComputeBackend | undefined,
  { known, ...set }: KernelFit,
  options: KernelTrainingOptions,
): Promise<KernelPredictor> =>
  known === undefined
    ? trainKernelPredictor(backend, set, options)
    : distilKernelPredictor(backend, set, known, options);
