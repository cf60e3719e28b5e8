/**
 * Training the published network beside PyTorch on the same shapes, its reference loop and its best forms, with the time of the matrix
 * products alone as the floor; and the default recipe beside the
 * published one on kernels whose latency is known: a roofline with tiles, like that of real convolutions, and 2 % noise.
 */
import { spawnSync } from "node:child_process";
import { createRandom, median, packagePath, type Random } from "../src/base/index.js";
import {
  extractFeatures,
  featureNames,
  type KernelConfig,
  kernelTypeOf,
  normalizeConfig,
} from "../src/kernels/index.js";
import {
  type Matrix,
  mlp16,
  type NetworkOptions,
  resmlp,
  type TrainingSet,
  type TrainProgress,
  trainNetwork,
} from "../src/learning/index.js";
import { onnxRuntime } from "../src/runtime/index.js";
import type { BenchResult } from "./result.js";

const ROWS = 4000;
const COLUMNS = 12;
/** Ours are more, so that training is set up as for the 350 of the published recipe. */
const EPOCHS = { ours: 18, theirs: 6 };
/** All are trained in turns, so that a slow moment of the machine meets all of them. */
const ROUNDS = 3;

/** PyTorch's forms (pytorch_reference.py says what each is); the first is the published code's. */
const FORMS = {
  reference: "PyTorch's reference loop",
  plain: "PyTorch without DataLoader",
  fused: "PyTorch without DataLoader, fused Adam",
  compiled: "PyTorch without DataLoader, fused Adam, torch.compile",
} as const;
type Form = keyof typeof FORMS | "gemm";
const forms: readonly Form[] = [...(Object.keys(FORMS) as (keyof typeof FORMS)[]), "gemm"];

export default async function* training(): AsyncGenerator<BenchResult> {
  const ours: number[] = [];
  const theirs = new Map<Form, number[]>(forms.map((form) => [form, []]));
  const missing = new Map<Form, string>();
  for (let round = 0; round < ROUNDS; round++) {
    const wanted = forms.filter((form) => !missing.has(form));
    const { epochMs: found, failed } = pytorchEpochs(wanted);
    for (const form of wanted)
      if (found[form] === undefined) missing.set(form, failed[form] ?? "did not run");
      else theirs.get(form)!.push(...found[form].slice(1));
    ours.push(...(await epochMs()));
  }
  const own = median(ours);
  yield { what: `mlp16, ${ROWS} rows, batch 32: one epoch`, value: own, unit: "ms" };
  for (const form of forms) {
    const times = theirs.get(form)!;
    const name = form === "gemm" ? "the epoch's matrix products alone, by PyTorch" : FORMS[form];
    if (times.length === 0) {
      yield { what: name, skipped: missing.get(form) ?? "did not run" };
      continue;
    }
    yield { what: `${name}: one epoch`, value: median(times), unit: "ms" };
    if (form === "gemm") yield { what: "ours, of that floor", value: own / median(times), unit: "times" };
    else
      yield {
        what: "  ours is faster",
        value: median(times) / own,
        unit: "times",
        goal: { atLeast: form === "reference" ? 2.5 : 1 },
      };
  }
  yield* recipes();
}

/** Milliseconds of an epoch, at each report but the first, which contains the making of the session. */
async function epochMs(): Promise<number[]> {
  const random = createRandom(1);
  const values = Float32Array.from({ length: ROWS * COLUMNS }, () => random.next());
  const at = (i: number, j: number) => values[i * COLUMNS + j]!;
  const y = Float64Array.from({ length: ROWS }, (_, i) => {
    return 0.5 + 3 * at(i, 0) * at(i, 1) + Math.abs(at(i, 2) - 0.5) + Math.exp(at(i, 3));
  });
  const times: number[] = [];
  let [epochs, last] = [0, performance.now()];
  const onProgress = ({ epoch }: TrainProgress) => {
    times.push((performance.now() - last) / (epoch - epochs));
    [epochs, last] = [epoch, performance.now()];
  };
  const x = { rows: ROWS, columns: COLUMNS, values };
  await trainNetwork(onnxRuntime, { x, y }, { ...mlp16, epochs: EPOCHS.ours, seed: 1, onProgress });
  return times.slice(1);
}

interface PytorchRun {
  readonly epochMs: Partial<Record<Form, number[]>>;
  readonly failed: Partial<Record<Form, string>>;
}

/** Of each epoch; the first of a form contains what it prepares. */
function pytorchEpochs(wanted: readonly Form[]): PytorchRun {
  if (wanted.length === 0) return { epochMs: {}, failed: {} };
  const python = process.env.LITEPRED_BENCH_PYTHON ?? "python3";
  const script = packagePath("bench", "pytorch_reference.py");
  const numbers = [ROWS, COLUMNS, EPOCHS.theirs].map(String);
  const run = spawnSync(python, [script, ...numbers, ...wanted], { encoding: "utf8" });
  if (run.status === 0) return JSON.parse(run.stdout) as PytorchRun;
  const reason = `${python} with torch was not found (set LITEPRED_BENCH_PYTHON)`;
  return { epochMs: {}, failed: Object.fromEntries(wanted.map((form) => [form, reason])) };
}

async function* recipes(): AsyncGenerator<BenchResult> {
  const random = createRandom(7);
  const configs = Array.from({ length: 2500 }, () => convolution(random));
  const latency = configs.map((config) => latencyMs(config) * Math.exp(0.02 * random.normal()));
  const published = await compare("published", configs, latency, { ...mlp16, seed: 1 });
  yield { what: "published recipe: mean error on 500 unseen kernels", value: 100 * published.mape, unit: "%" };
  yield { what: "published recipe: time to train on 2,000", value: published.seconds, unit: "s" };
  const ours = await compare("derived", configs, latency, { ...resmlp, seed: 1 });
  yield {
    what: "default recipe: mean error",
    value: 100 * ours.mape,
    unit: "%",
    goal: { atMost: 100 * published.mape },
  };
  yield {
    what: "default recipe: time, of the published one's",
    value: ours.seconds / published.seconds,
    unit: "",
    goal: { atMost: 0.1 },
  };
}

async function compare(
  features: "published" | "derived",
  configs: readonly KernelConfig[],
  latency: readonly number[],
  options: NetworkOptions,
) {
  const [known, unseen] = [configs.slice(0, 2000), configs.slice(2000)];
  const matrix = (part: readonly KernelConfig[]): Matrix => ({
    rows: part.length,
    columns: featureNames("conv-bn-relu", features).length,
    values: extractFeatures("conv-bn-relu", part, features),
  });
  const set: TrainingSet = { x: matrix(known), y: latency.slice(0, 2000) };
  const start = performance.now();
  const model = await trainNetwork(onnxRuntime, set, options);
  const seconds = (performance.now() - start) / 1000;
  const predicted = await model.predict(matrix(unseen));
  const errors = unseen.map((config, i) => Math.abs(predicted[i]! / latencyMs(config) - 1));
  return { seconds, mape: errors.reduce((sum, error) => sum + error, 0) / errors.length };
}

function convolution(random: Random): KernelConfig {
  const channels = () => 8 * Math.round(2 ** (random.next() * 6.5));
  const h = random.pick([7, 14, 28, 56, 112]);
  const kernel = random.pick([1, 1, 3, 3, 5]);
  const stride = random.pick([1, 1, 2]);
  const size = { h, w: h, kernelH: kernel, kernelW: kernel, strideH: stride, strideW: stride };
  return normalizeConfig("conv-bn-relu", { ...size, cin: channels(), cout: channels() });
}

/** Compute or memory, whichever is slower, on tiles of 16 channels and 4 pixels; 1×1 has less overhead an element than others. */
function latencyMs(config: KernelConfig): number {
  const type = kernelTypeOf("conv-bn-relu");
  const { input, output, weight } = type.elements(config);
  const up = (value: number, tile: number) => (Math.ceil(value / tile) * tile) / value;
  const pixels = output / Number(config.cout);
  const waste = up(Number(config.cin), 16) * up(Number(config.cout), 16) * up(pixels, 4);
  const efficiency = config.kernelH === 1 ? 0.8 : config.strideH === 1 && config.kernelH === 3 ? 1.1 : 0.6;
  const computeMs = (type.flops(config) * waste) / (60e6 * efficiency);
  const memoryMs = (4 * (input + output + weight)) / 8e6;
  return 0.005 + Math.hypot(computeMs, memoryMs);
}
