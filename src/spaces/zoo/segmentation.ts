/**
 * Segmentation networks: U-Net (Ronneberger et al. 2015) with transposed convolutions or bilinear upsampling, and DeepLabV3
 * (Chen et al. 2017; torchvision `deeplabv3.py`) with dilated convolutions on a strided backbone.
 */
import {
  concat,
  conv,
  convTranspose,
  createGraphBuilder,
  flatten,
  type GraphBuilder,
  globalAvgPool,
  maxPool,
  resize,
} from "../../graph/index.js";
import { type ArchitectureOf, createChoiceSpace } from "../choice-space.js";

const genes = {
  r: [128, 192, 256, 256, 320],
  form: ["unet-transposed", "unet-bilinear", "deeplab"],
  width: [16, 24, 32, 32, 64],
  kernel: [2, 2, 4],
  classes: [2, 21],
} as const;
type Architecture = ArchitectureOf<typeof genes>;

function unet(g: GraphBuilder, x: string, { form, width, kernel }: Architecture): string {
  const double = (from: string, cout: number) =>
    conv(g, conv(g, from, { cout, kernel: 3, activation: "relu" }), { cout, kernel: 3, activation: "relu" });
  const levels: string[] = [];
  for (let i = 0; i < 4; i++) {
    x = double(i === 0 ? x : maxPool(g, x, { kernel: 2, padding: 0 }), width << i);
    levels.push(x);
  }
  for (let i = 2; i >= 0; i--) {
    const [, , h, w] = g.shape(levels[i]!) as [number, number, number, number];
    x =
      form === "unet-transposed"
        ? convTranspose(g, x, { cout: width << i, kernel, stride: 2, padding: (kernel - 2) / 2 })
        : conv(g, resize(g, x, h, w, "linear"), { cout: width << i, kernel: 3, activation: "relu" });
    x = double(concat(g, [levels[i]!, x]), width << i);
  }
  return x;
}

function deeplab(g: GraphBuilder, x: string, { r, width }: Architecture): string {
  const unit = (from: string, cout: number, kernel: number, dilation = 1, stride = 1) =>
    conv(g, from, { cout, kernel, stride, dilation, activation: "relu" });
  for (const [i, dilation] of [1, 1, 1, 2, 4].entries()) {
    const cout = 2 * width * (1 << Math.min(i, 3));
    x = unit(unit(x, cout, 3, 1, i < 3 ? 2 : 1), cout, 3, dilation);
  }
  const [, , h, w] = g.shape(x) as [number, number, number, number];
  const branches = [unit(x, 256, 1), ...[12, 24, 36].map((dilation) => unit(x, 256, 3, dilation))];
  branches.push(resize(g, unit(globalAvgPool(g, x), 256, 1), h, w, "linear"));
  return resize(g, unit(unit(concat(g, branches), 256, 1), 256, 3), r, r, "linear");
}

function graph(architecture: Architecture) {
  const g = createGraphBuilder("segmentation");
  const image = g.input("input", [1, 3, architecture.r, architecture.r]);
  const features = architecture.form === "deeplab" ? deeplab(g, image, architecture) : unet(g, image, architecture);
  return g.build([flatten(g, conv(g, features, { cout: architecture.classes, kernel: 1 }))]);
}

export default createChoiceSpace({ name: "segmentation", summary: "U-Net and DeepLabV3", genes, graph });
