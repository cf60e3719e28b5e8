/**
 * The table of engines: for each platform, whole models and every distinct kernel in them are measured directly, twice. Says whether
 * kernel times add up to the model's, how well a measurement repeats, and how fast it goes. What is in the workspace's store is not
 * measured again.
 */
import { createRandom, LitepredError } from "../../base/index.js";
import { encoderOf, kernelTimingOf, type LocalPlatform } from "../../engines/index.js";
import { detectKernels, type Kernel } from "../../kernels/index.js";
import {
  kernelKey,
  type Measurement,
  networkSubject,
  type Outcome,
  openStore,
  type Store,
} from "../../measurements/index.js";
import { timesInContext } from "../../measuring/index.js";
import { measureModels, profileInModels, profileKernels, protocols } from "../../profiling/index.js";
import type { Network } from "../../sampling/index.js";
import { openLocalPlatform, rulesOf } from "../../workspace/index.js";
import { installedPlatforms, seed, testModels } from "./plan.js";
import { describeMeasured, type EngineProblem, type EngineReport, type EnginesReport } from "./report.js";
import { openSpeed, type Speed } from "./speed.js";

export interface EvaluateEnginesRequest {
  readonly home: string;
  /** Default: every engine, version and precision that is installed. */
  readonly platforms?: readonly string[] | undefined;
  /** Whole models for each platform. */
  readonly models: number;
  /** Kernels of them that are measured a second time. */
  readonly repeats: number;
  /** False: only what the store has. */
  readonly measure?: boolean;
  readonly signal?: AbortSignal | undefined;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

export async function evaluateEngines(request: EvaluateEnginesRequest): Promise<EnginesReport> {
  const platforms = request.platforms ?? (await installedPlatforms(request.home));
  const models = await testModels(request.models);
  const rows: EngineReport[] = [];
  const problems: EngineProblem[] = [];
  let cpu = "";
  const store = await openStore(request.home);
  try {
    for (const asked of platforms) {
      if (request.signal?.aborted) break;
      try {
        const local = await openLocalPlatform(asked, request.home);
        cpu = local.platform.device;
        rows.push(await evaluateEngine(request, local, models, store));
      } catch (error) {
        // One engine that is missing or breaks must not cost the others.
        if (!(error instanceof LitepredError)) throw error;
        problems.push({ platform: asked, problem: error.message });
      }
    }
  } finally {
    await store.close();
  }
  return { date: new Date().toISOString(), cpu, rows, problems };
}

/** One look at everything, or at some of the kernels. */
interface Look {
  readonly request: EvaluateEnginesRequest;
  readonly local: LocalPlatform;
  readonly store: Store;
  readonly networks: readonly Network[];
  readonly kernels: readonly Kernel[];
  readonly repeat: number;
  readonly speed: Speed;
}

async function evaluateEngine(
  request: EvaluateEnginesRequest,
  local: LocalPlatform,
  networks: readonly Network[],
  store: Store,
): Promise<EngineReport> {
  const rules = rulesOf(local.platform);
  const models = networks.map(({ name, graph }) => ({ name, kernels: detectKernels(graph, rules).kernels }));
  const kernels = distinct(models.flatMap((model) => model.kernels));
  const again = createRandom(`${seed}/repeats`)
    .shuffle([...kernels])
    .slice(0, request.repeats);
  const speed = openSpeed(request.home, local.id);
  if (request.measure !== false)
    for (const [part, repeat] of [
      [kernels, 1],
      [again, 2],
    ] as const)
      await takeLook({ request, local, store, networks, kernels: part, repeat, speed });
  const looks = outcomesByLook(await store.query({ platform: local.id }));
  const wholes = looks.map((look) => models.map(({ name }) => look.models.get(name)));
  const { platform, description } = local;
  return {
    platform: local.id,
    engine: platform.engine,
    version: description.version,
    precision: platform.precision,
    kernelTiming: timesInContext(local) ? "in models" : kernelTimingOf(description, platform.processor),
    timingReason: description.timingReason,
    ...describeMeasured({ models, looks: wholes, kernels, times: looks.map((look) => look.kernels) }),
    ...speed.rates(),
  };
}

/** Of both looks: test models by name, kernels by `kernelKey`. */
function outcomesByLook(stored: readonly Measurement[]) {
  return [1, 2].map((repeat) => {
    const [models, kernels] = [new Map<string, Outcome>(), new Map<string, Outcome>()];
    for (const { subject, outcome, purpose } of stored.filter((row) => (row.repeat ?? 1) === repeat)) {
      if (subject.kind === "kernel") kernels.set(kernelKey(subject), outcome);
      else if (purpose === "test") models.set(subject.name, outcome);
    }
    return { models, kernels };
  });
}

const distinct = (kernels: readonly Kernel[]): Kernel[] => [
  ...new Map(kernels.map((kernel) => [kernelKey(kernel), kernel])).values(),
];

async function takeLook(look: Look): Promise<void> {
  await timeModels(look);
  if (timesInContext(look.local) && look.repeat === 1) await timeInModels(look);
  await timeKernels(look);
}

/** Says what is being measured, and counts it. */
async function counted(
  { request, local, repeat, speed }: Look,
  what: "models" | "kernels",
  total: number,
  work: () => Promise<number>,
): Promise<void> {
  request.onStage?.(`${local.platform.engine} ${local.platform.precision}, look ${repeat}: ${what}`, total);
  const started = performance.now();
  speed.add(what, await work(), performance.now() - started);
}

const timeModels = (look: Look) =>
  counted(look, "models", look.networks.length, async () => {
    const { request, local, store, networks, repeat } = look;
    const encode = encoderOf(local.description.format, local.platform.precision);
    let sessions = 0;
    await measureModels({
      store,
      engine: local.engine,
      platform: local.platform,
      protocol: protocols.quick,
      models: networks.map(({ name, graph }) => ({ subject: networkSubject(name), bytes: () => encode(graph) })),
      purpose: "test",
      repeat,
      signal: request.signal,
      onProgress({ done, total }) {
        sessions = done;
        request.onProgress?.(Math.round((networks.length * done) / total));
      },
    });
    return sessions;
  });

const timeKernels = (look: Look) =>
  counted(look, "kernels", look.kernels.length, async () => {
    const { request, local, store, kernels, repeat } = look;
    const { measured, failed } = await profileKernels({
      store,
      engine: local.engine,
      platform: local.platform,
      kernels,
      protocol: protocols.quick,
      repeat,
      signal: request.signal,
      onProgress: (progress) =>
        request.onProgress?.(progress.done, progress.failed > 0 ? `${progress.failed} failed` : ""),
    });
    return measured + failed;
  });

const timeInModels = (look: Look) =>
  counted(look, "kernels", look.networks.length, async () => {
    const { request, local, store, networks } = look;
    const { kernels } = await profileInModels({
      store,
      local,
      rules: rulesOf(local.platform),
      models: networks,
      signal: request.signal,
      onProgress: request.onProgress?.bind(request),
    });
    return kernels;
  });
