/** Each method of the comparison: from a task and a seed to a result for each of its test devices. */
import { type ComputeBackend, createRandom, invariant, mean } from "../../base/index.js";
import {
  brpNasCellForm,
  brpNasCellSamples,
  brpNasRowForm,
  type HelpDevice,
  helpCellForm,
  helpCellSamples,
  helpRowForm,
  helpTask,
  ofaSamples,
  trainBrpNas,
  trainHelp,
  withoutExtremes,
} from "../../baselines/index.js";
import { spearman } from "../../evaluation/index.js";
import type { KernelConfig } from "../../kernels/index.js";
import { leastSquaresLine, type MetaModel, type NetworkForm, type Samples, takeSamples } from "../../learning/index.js";
import type { Source } from "../../transfer/index.js";
import { keptFile, keptValue } from "../kept-runs.js";
import { loadMethod } from "../recorded/methods.js";
import { type ArchitectureType, architectureType, cellFlops } from "./architecture-type.js";
import type { Architectures } from "./data.js";
import { predictDevice } from "./device-predictor.js";
import type { PeerPlan } from "./plan.js";
import { type DeviceResult, latenciesOf, type PeerTask, publishedTest, range, resultOf, wholeTest } from "./task.js";

export interface PeerRun {
  readonly backend: ComputeBackend;
  readonly task: PeerTask;
  readonly plan: PeerPlan;
  readonly home: string;
  /** Smaller trainings, for tests. */
  readonly episodes?: number | undefined;
  readonly epochs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onNote?: ((note: string) => void) | undefined;
}

export async function runPeer(run: PeerRun): Promise<DeviceResult[]> {
  switch (run.plan.method) {
    case "flops":
      return byFlops(run);
    case "brp-nas":
      return byBrpNas(run);
    case "help":
      return byHelp(run);
    case "default":
    case "log-linear":
    case "scratch":
      return byTransfer(run);
    default:
      return run.plan.method satisfies never;
  }
}

function byFlops({ task }: PeerRun): DeviceResult[] {
  const { architectures } = task.data;
  invariant(architectures.space === "nasbench201", "FLOPs of cells only");
  const flops = wholeTest(task).map((row) => cellFlops(architectures.cells[row]!));
  return task.split.test.map((device) => resultOf(task, device, flops, false));
}

async function byBrpNas({ backend, task, plan, epochs, signal, onNote }: PeerRun): Promise<DeviceResult[]> {
  const { form, samples } = brpNasInputs(task.data.architectures);
  const rows = createRandom(plan.seed).shuffle(task.pool).slice(0, plan.measurements);
  const taken = (wanted: readonly number[]) => samplesAt(samples, form, wanted);
  const results: DeviceResult[] = [];
  for (const device of task.split.test) {
    const latencies = latenciesOf(task, device, rows);
    const recipe = epochs === undefined ? {} : { epochs };
    const model = await trainBrpNas(backend, form, taken(rows), latencies, { seed: plan.seed, signal, recipe });
    const predicted = await model.predict(taken(wholeTest(task)));
    await model.release();
    results.push(resultOf(task, device, predicted, true));
    onNote?.(`${device} ${results.at(-1)!.publishedSpearman.toFixed(3)}`);
  }
  return results;
}

const samplesAt = (samples: Samples, form: NetworkForm, rows: readonly number[]): Samples => ({
  rows: rows.length,
  inputs: takeSamples(samples, form, rows),
});

const brpNasInputs = (architectures: Architectures) =>
  architectures.space === "nasbench201"
    ? { form: brpNasCellForm(), samples: brpNasCellSamples(architectures.cells) }
    : { form: brpNasRowForm(), samples: ofaSamples(architectures.networks) };

const helpInputs = (architectures: Architectures) =>
  architectures.space === "nasbench201"
    ? { form: helpCellForm(), samples: helpCellSamples(architectures.cells) }
    : { form: helpRowForm(), samples: ofaSamples(architectures.networks) };

async function byHelp({ backend, task, plan, episodes, signal, onNote }: PeerRun): Promise<DeviceResult[]> {
  const { form, samples } = helpInputs(task.data.architectures);
  const { split, data } = task;
  const random = createRandom(plan.seed).fork("adaptation");
  const deviceOf = (name: string): HelpDevice => ({
    referencesMs: latenciesOf(task, name, data.references),
    rows: task.pool,
    latenciesMs: latenciesOf(task, name, task.pool),
  });
  const adaptTo = (name: string) => {
    const pool = withoutExtremes(deviceOf(name));
    const order = random.shuffle(range(0, pool.rows.length));
    return { ...helpTask(form, samples, pool, order, 0), rows: order.slice(0, 10).map((i) => pool.rows[i]!) };
  };
  const score = async (model: MetaModel) => {
    const scores: number[] = [];
    for (const name of split.valid) {
      const rows = publishedTest(task, name);
      const predicted = await model.predict(adaptTo(name), samplesAt(samples, form, rows));
      scores.push(spearman(predicted, latenciesOf(task, name, rows)));
    }
    return mean(scores);
  };
  const model = await trainHelp(backend, {
    form,
    samples,
    devices: split.train.map(deviceOf),
    recipe: episodes === undefined ? {} : { episodes },
    seed: plan.seed,
    signal,
    score,
    onProgress: ({ epoch, epochs, loss }) => onNote?.(`episode ${epoch} of ${epochs}, loss ${loss.toFixed(4)}`),
  });
  const results: DeviceResult[] = [];
  for (const name of split.test) {
    const adapted = adaptTo(name);
    const predict = (rows: readonly number[]) => model.predict(adapted, samplesAt(samples, form, rows));
    const toMs = leastSquaresLine(await predict(adapted.rows), latenciesOf(task, name, adapted.rows));
    const predicted = (await predict(wholeTest(task))).map(toMs);
    results.push(resultOf(task, name, predicted, true));
  }
  await model.release();
  return results;
}

const sourcesKept = new WeakMap<PeerTask, Promise<PeerSources>>();

interface PeerSources {
  readonly architecture: ArchitectureType;
  readonly sources: readonly Source[];
}

/** The devices to learn from; trained once for all runs of a space. */
function sourcesOf(run: PeerRun): Promise<PeerSources> {
  const known = sourcesKept.get(run.task);
  if (known !== undefined) return known;
  const made = trainSources(run);
  sourcesKept.set(run.task, made);
  return made;
}

async function trainSources({ backend, task, home, signal, onNote }: PeerRun): Promise<PeerSources> {
  const architecture = architectureType(task.data.architectures);
  const numberOf = new Map(architecture.configs.map((config, i) => [config, i]));
  const sources: Source[] = [];
  for (const platform of task.split.train) {
    const predicted = await keptValue(
      keptFile(home, "peers", { version: 1, space: task.data.space, platform }, "device-"),
      () => predictDevice(backend, task, architecture, platform, signal),
    );
    onNote?.(`${platform} learned`);
    const latencies = async (configs: readonly KernelConfig[]) =>
      Float64Array.from(configs, (config) => predicted[numberOf.get(config)!]!);
    sources.push({ platform, latencies });
  }
  return { architecture, sources };
}

async function byTransfer(run: PeerRun): Promise<DeviceResult[]> {
  const { backend, task, plan, signal } = run;
  const { architecture, sources } = await sourcesOf(run);
  const { type, configs } = architecture;
  const numberOf = new Map(configs.map((config, i) => [config, i]));
  const method = await loadMethod(plan.method, backend);
  const results: DeviceResult[] = [];
  for (const device of task.split.test) {
    const measured = task.data.latenciesMs.get(device)!;
    const adaptation = await method.adapt({
      kernels: [{ type, candidates: task.pool.map((row) => configs[row]!), sources }],
      measure: async (requests) =>
        requests.map(({ config }) => ({ status: "measured", latencyMs: measured[numberOf.get(config)!]! })),
      budget: plan.measurements,
      seed: plan.seed,
      signal,
    });
    const predictions = await adaptation.kernels.get(type.name)!.predict(wholeTest(task).map((row) => configs[row]!));
    results.push(
      resultOf(
        task,
        device,
        predictions.map(({ latencyMs }) => latencyMs),
        true,
      ),
    );
  }
  return results;
}
