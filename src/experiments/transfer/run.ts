/**
 * `evaluate transfer` over real engines: every platform is measured once (measure.ts), base predictors are trained, then each platform in
 * turn is the target of the others and of what ships, fitted as `adapt` fits it: from kernels timed inside networks where the engine
 * tells them, else from kernels that the method chooses, and with a correction by the networks of the draw. The transfers are computed
 * from the store, so they can be repeated with other seeds, budgets and methods without measuring again.
 */
import { readFileSync } from "node:fs";
import { openStore } from "../../measurements/index.js";
import { openPool, type Pool } from "../../pool/index.js";
import { loadPlatformPredictor, type PlatformPredictor, readArtefact } from "../../predictors/index.js";
import { onnxRuntime } from "../../runtime/index.js";
import { loadTransferMethod, type MeasuredNetwork, type TransferMethodName } from "../../transfer/index.js";
import { resolvePlatformId } from "../../workspace/index.js";
import { keptFile, keptRuns } from "../kept-runs.js";
import { madeOn } from "../made-on.js";
import type { PlatformsRequest } from "./measure.js";
import { transferOnce } from "./once.js";
import { modelsLooked, planTransfers, sourceHome, type TransferOptions } from "./plan.js";
import {
  type EvaluatePlatformsReport,
  type NotTransferred,
  noiseCeiling,
  type TargetSummary,
  type TransferCell,
} from "./report.js";
import { networksOfDraw, readTarget, type Target } from "./target.js";

export interface EvaluatePlatformsRequest extends PlatformsRequest, TransferOptions {
  /** More folders of predictors to transfer from. */
  readonly pools?: readonly string[] | undefined;
  /** Default: all of `platforms`. */
  readonly targets?: readonly string[] | undefined;
  readonly method: TransferMethodName;
  /** Networks of a draw, default 40. */
  readonly models?: number | undefined;
  onCell?(cell: TransferCell): void;
}

export async function evaluateTransferPlatforms(request: EvaluatePlatformsRequest): Promise<EvaluatePlatformsReport> {
  const { home, models = modelsLooked } = request;
  const plans = planTransfers(request);
  const resolve = (ids: readonly string[]) => Promise.all(ids.map((id) => resolvePlatformId(id, home)));
  const platforms = await resolve(request.platforms);
  const wanted = request.targets === undefined ? platforms : await resolve(request.targets);
  const pool = openPool(sourceHome(home), request.pools);
  const sources = await loadSources(pool);
  const method = await loadTransferMethod(request.method, onnxRuntime);
  const store = await openStore(home);
  const targets: TargetSummary[] = [];
  const cells: TransferCell[] = [];
  const notRun: NotTransferred[] = [];
  try {
    request.onStage?.("transfers", wanted.length * plans.length);
    for (const [t, id] of wanted.entries()) {
      const target = await readTarget(id, await store.query({ platform: id, every: true }));
      const test = target.architectures;
      if (test.length === 0) {
        notRun.push({ target: id, reason: "no architecture of the test was measured" });
        continue;
      }
      targets.push({ target: id, test: test.length, noise: noiseCeiling(test) });
      const kept = openRuns(request, pool, target);
      const draws = new Map<number, readonly MeasuredNetwork[]>();
      for (const [p, plan] of plans.entries()) {
        if (request.signal?.aborted) break;
        request.onProgress?.(t * plans.length + p, `${id}: ${plan.variant.name}, seed ${plan.run}`);
        const networks = draws.get(plan.run) ?? (await networksOfDraw(target, plan.run, models));
        draws.set(plan.run, networks);
        if (networks.length < models * enoughOfDraw) {
          const reason = `only ${networks.length} of ${models} networks of draw ${plan.run} were measured`;
          notRun.push({ target: id, reason });
          continue;
        }
        const isDone = (cell: TransferCell) => cell.variant === plan.variant.name && cell.seed === plan.run;
        const transfer = { ...plan, target, method, sources, networks, test };
        const cell = await kept.findOrDo(isDone, () => transferOnce(request, transfer));
        cells.push(cell);
        request.onCell?.(cell);
      }
    }
  } finally {
    await store.close();
    for (const source of sources) await source.release();
  }
  return { ...madeOn(), platforms, targets, cells, notRun };
}

/** Share of a draw's networks that an engine has to run. Choice: some engines lack operators of some. */
const enoughOfDraw = 0.6;

async function loadSources(pool: Pool): Promise<PlatformPredictor[]> {
  const sources: PlatformPredictor[] = [];
  for (const { file } of pool.list().entries)
    sources.push(await loadPlatformPredictor(readArtefact(readFileSync(file)), onnxRuntime));
  return sources;
}

/** Cells done so far, with the same measurements and sources. */
function openRuns({ home, method, models }: EvaluatePlatformsRequest, pool: Pool, target: Target) {
  const sources = pool.list().entries.map(({ sha256 }) => sha256);
  const circumstances = { version: 2, method, models, sources, rows: target.rows.length };
  return keptRuns<TransferCell>(keptFile(home, "transfer", { target: target.platform, ...circumstances }));
}
