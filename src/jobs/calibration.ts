/**
 * Whole models for the model-level correction: architectures drawn from the search spaces. Their name in the store says
 * which architecture it was (`calibration/<space>/<encoding>`), so that it can be built again when predictors are trained.
 */
import { createRandom } from "../base/index.js";
import type { Graph } from "../graph/index.js";
import type { Detection, FusionRules } from "../kernels/index.js";
import type { Measurement, Protocol, Store } from "../measurements/index.js";
import { loadSpaces, spaceNames } from "../spaces/index.js";
import { architectureKernels } from "./architectures.js";
import { encoderOf } from "./encoding.js";
import { measurePasses, medianOfPasses, passesProtocol } from "./measure-passes.js";
import type { LocalPlatform } from "./workspace.js";

export interface NamedGraph {
  readonly name: string;
  readonly graph: Graph;
}

const prefix = "calibration";

/**
 * `count` architectures after the first `skip`, the spaces in turn; the same seed gives the same ones, and a longer list
 * starts with the shorter one.
 */
export async function sampleCalibrationModels(
  count: number,
  seed: number,
  { spaces: names = spaceNames, skip = 0 }: { spaces?: readonly string[]; skip?: number } = {},
): Promise<NamedGraph[]> {
  const spaces = await loadSpaces(names);
  const order = createRandom(`${seed}/calibration-order`).shuffle(spaces);
  return Array.from({ length: count }, (_, at) => {
    const i = skip + at;
    const space = order[i % order.length]!;
    const architecture = space.sample(createRandom(`${seed}/calibration/${space.name}/${i}`));
    return {
      name: `${prefix}/${space.name}/${space.encode(architecture).join("-")}`,
      graph: space.toGraph(architecture),
    };
  });
}

/** Purposes for which an architecture may have been measured so that a correction is fitted on it; never those of a test. */
const fitted: readonly string[] = [prefix, "adapt"];

/** The kernels of a calibration model by the rules of its platform; undefined for a name that is no calibration model. */
export async function calibrationKernels(name: string, rules: FusionRules): Promise<Detection | undefined> {
  return fitted.includes(name.split("/")[0]!) ? architectureKernels(name, rules) : undefined;
}

export interface CalibrationRequest {
  readonly store: Store;
  readonly local: LocalPlatform;
  readonly count: number;
  readonly seed: number;
  /** Passes over all models; the median session of each counts. */
  readonly passes: number;
  /** Of each pass; default `quick`. */
  readonly protocol?: Protocol;
  readonly signal?: AbortSignal;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

/** Measures calibration models whole, in passes; those in the store are not measured again. In the order of the list. */
export async function measureCalibrationModels(request: CalibrationRequest): Promise<Measurement[]> {
  const { store, local, count, seed, passes } = request;
  const models = await sampleCalibrationModels(count, seed);
  const encode = encoderOf(local.description.format, local.platform.precision);
  request.onStage?.("models", models.length);
  const known = await measuredByName(store, local.id);
  const open = models.filter(({ name }) => !known.has(name));
  if (open.length > 0) {
    const rows = await measurePasses({
      store,
      engine: local.engine,
      platform: local.platform,
      passes,
      ...(request.protocol ? { protocol: request.protocol } : {}),
      models: open.map(({ name, graph }) => ({ name, bytes: () => encode(graph) })),
      ...(request.signal ? { signal: request.signal } : {}),
      onProgress: ({ done, total }) => request.onProgress?.(Math.round((models.length * done) / total)),
    });
    for (const measurement of medianOfPasses(rows)) {
      const { subject } = measurement;
      if (subject.kind !== "model") continue;
      store.append(measurement);
      known.set(subject.name, measurement);
    }
    await store.flush();
  }
  return models.flatMap(({ name }) => known.get(name) ?? []);
}

async function measuredByName(store: Store, platform: string): Promise<Map<string, Measurement>> {
  const known = new Map<string, Measurement>();
  for (const measurement of await store.query({ platform, kind: "model" }))
    if (measurement.subject.kind === "model" && measurement.protocol.name === passesProtocol(1).name)
      known.set(measurement.subject.name, measurement);
  return known;
}
