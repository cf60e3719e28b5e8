/**
 * Shapes that models are known to have and that sizes around a catalogue's example do not reach: of each kernel type some draws, used in turn
 * with those around the example. Found on exported models of which kernels were out of range (docs/results/models-onnxruntime.md).
 */
import type { Random } from "../base/index.js";
import type { KernelTypeName, LooseConfig } from "../kernels/index.js";

type Draw = (random: Random) => LooseConfig;

const eighths = (random: Random, least: number, most: number) =>
  8 * Math.max(1, Math.round((least / 8) * (most / least) ** random.next()));

const square = (side: number) => ({ h: side, w: side });
const sides = [7, 14, 28, 56];

/** Over the channels of an image, as efficient channel attention has it. */
const overChannels: Draw = (random) => {
  const length = eighths(random, 16, 2048);
  const activation = random.pick(["none", "sigmoid", "sigmoid"]);
  return { length, cin: 1, cout: 1, kernel: random.pick([3, 3, 5, 5, 7, 9]), padding: "same", activation };
};

/** Over tokens or patches: few steps, many channels, often each by itself. */
const overTokens: Draw = (random) => {
  const cin = eighths(random, 32, 768);
  const isDepthwise = random.next() < 0.4;
  const cout = isDepthwise ? cin : random.pick([cin, 2 * cin, Math.ceil(cin / 2)]);
  const length = random.pick([4, 9, 16, 25, 49, 49, 64, 128, 196, 256]);
  return {
    ...{ length, cin, cout, kernel: isDepthwise ? random.pick([3, 4, 7]) : random.pick([1, 1, 3]) },
    ...{ groups: isDepthwise ? cin : 1, padding: "same" },
  };
};

/** As residual networks and diffusion models have them: groups of 8 to 64 channels. */
const groups: Draw = (random) => {
  const of = random.pick([8, 16, 32, 32, 32]);
  return { ...square(random.pick(sides)), c: of * Math.round(16 ** random.next()), groups: of };
};

/** Bounded after a product of two branches, where no convolution can take it in. */
const bounded: Draw = (random) => ({ ...square(random.pick(sides)), c: eighths(random, 16, 1024), operator: "relu6" });

/** Tokens as rows of an image, before windows are cut. */
const tallPad: Draw = (random) => ({
  ...{ c: random.pick([1, 1, 2, 4]), h: Math.round(49 * 64 ** random.next()), w: eighths(random, 8, 512) },
  ...{ padC: 0, padH: random.pick([0, 1, 7]), padW: random.pick([1, 3, 8]), mode: "constant" },
});

/** Terms of position as convolutions of one channel over rows and columns of queries (lambda layers). */
const overPositions: Draw = (random) => {
  const [side, kernel] = [random.pick([7, 8, 14, 16, 28, 32]), random.pick([5, 7, 9, 15])];
  return {
    ...{ d: side, h: side, w: random.pick([16, 32, 64, 128]), cin: 1, cout: 16, padding: "same" },
    ...{ kernelD: kernel, kernelH: kernel, kernelW: 1 },
  };
};

/** The last layer of many classes (ImageNet-21k) or words. */
const head: Draw = (random) => ({
  rows: 1,
  cin: eighths(random, 64, 240),
  cout: random.pick([10_000, 21_841, 32_000]),
});

/** Rows of a table, as words are looked up. */
const embedding: Draw = (random) => {
  const inner = eighths(random, 64, 1024);
  const from = Math.round(256 * (32_768 / inner) ** random.next());
  return { from, indices: Math.round(512 ** random.next()), inner, form: "rows" };
};

const window: Draw = (random) => {
  const kernel = random.pick([2, 2, 3]);
  const stride = random.pick([1, 2, 2]);
  return {
    ...{ ...square(random.pick(sides)), cin: eighths(random, 16, 512), kernelH: kernel, kernelW: kernel },
    ...{ strideH: stride, strideW: stride, padding: random.pick(["valid", "valid", "same"]) },
  };
};

export const knownShapes: Partial<Record<KernelTypeName, readonly Draw[]>> = {
  activation: [bounded],
  "conv-1d": [overChannels, overTokens],
  "conv-3d": [overPositions],
  fc: [head],
  gather: [embedding],
  "group-norm": [groups],
  pad: [tallPad],
  avgpool: [window],
  maxpool: [window],
};
