import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { elementCount, type Graph } from "../graph/index.js";
import { loadSpace } from "./index.js";
import { nasBench201OfString, nasBench201ToString } from "./nas/nasbench201.js";

/** Multiply-adds of convolutions and matrix products, what papers call FLOPs, in millions. */
function multiplyAddsM(graph: Graph): number {
  let total = 0;
  for (const { operator, inputs, outputs } of graph.nodes) {
    const shape = (name: string) => graph.tensors.get(name)!.shape;
    const output = elementCount(shape(outputs[0]!));
    if (operator === "Conv") total += output * elementCount(shape(inputs[1]!).slice(1));
    if (operator === "Gemm" || operator === "MatMul") total += output * shape(inputs[0]!).at(-1)!;
  }
  return total / 1e6;
}

function paramsM(graph: Graph): number {
  let total = 0;
  for (const { constant, values, shape } of graph.tensors.values())
    if (constant && values === undefined) total += elementCount(shape);
  return total / 1e6;
}

function near(actual: number, published: number, tolerance: number): void {
  assert.ok(Math.abs(actual / published - 1) <= tolerance, `${actual} is not ${published} ± ${100 * tolerance} %`);
}

describe("published members", () => {
  it("AttentiveNAS a0, a1 and a6 have 203, 279 and 709 million multiply-adds", async () => {
    const space = await loadSpace("attentivenas");
    const a = {
      a0: {
        resolution: 192,
        last: 1792,
        late: [192, 216],
        kernels: [3, 3, 3, 3, 3, 3, 3],
        ratios: [1, 4, 4, 4, 4, 6, 6],
        depth: [1, 3, 3, 3, 3, 3, 1],
      },
      a1: {
        resolution: 224,
        last: 1984,
        late: [192, 216],
        kernels: [3, 3, 3, 5, 3, 5, 3],
        ratios: [1, 4, 4, 4, 4, 6, 6],
        depth: [1, 3, 3, 3, 3, 3, 1],
      },
      a6: {
        resolution: 288,
        last: 1984,
        late: [216, 224],
        kernels: [3, 3, 3, 3, 3, 5, 3],
        ratios: [1, 4, 6, 5, 4, 6, 6],
        depth: [1, 3, 3, 4, 4, 6, 1],
      },
    };
    const published = { a0: 203, a1: 279, a6: 709 };
    for (const [name, { resolution, last, late, kernels, ratios, depth }] of Object.entries(a)) {
      const width = [16, 16, 24, 32, 64, 112, ...late, last];
      const graph = space.toGraph({ resolution, width, depth, kernel_size: kernels, expand_ratio: ratios });
      near(multiplyAddsM(graph), published[name as keyof typeof published], 0.003);
    }
  });

  it("FBNet-C has 375 million multiply-adds, with the released head 5.5 million parameters", async () => {
    const space = await loadSpace("fbnet");
    const text =
      "k3_e1 k3_e6 skip k3_e1 k3_e1 k5_e6 k5_e3 k5_e6 k3_e6 k5_e6 k5_e3 k5_e6 k5_e6 k5_e6 k5_e6 k5_e6 k5_e3 k5_e6 k5_e6 k5_e6 k5_e6 k3_e6";
    const member = (last: number) => space.toGraph({ r: 224, ops: text.split(" "), last });
    near(multiplyAddsM(member(1504)), 375, 0.005);
    near(paramsM(member(1984)), 5.57, 0.005);
  });

  it("NAS-Bench-201 number 0 has 15.65 million multiply-adds and 0.129 million parameters", async () => {
    const text = "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|";
    const architecture = nasBench201OfString(text);
    assert.equal(nasBench201ToString(architecture), text);
    const graph = (await loadSpace("nasbench201")).toGraph(architecture);
    near(multiplyAddsM(graph), 15.647, 0.003);
    near(paramsM(graph), 0.1293, 0.01);
  });

  it("AutoFormer-T has 5.7 million parameters", async () => {
    const ratio = [3.5, 3.5, 3, 3.5, 3, 3, 4, 4, 3.5, 4, 3.5, 4, 3.5, 3];
    const heads = [3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 3, 3, 3];
    const graph = (await loadSpace("autoformer-tiny")).toGraph({ embed: 192, depth: 13, heads, ratio });
    // The gathered relative positions are no parameters; their tables (4 × 30 × 64 for each block) are.
    near(paramsM(graph) + (-2 * 197 * 197 * 64 + 13 * 4 * 30 * 64) / 1e6, 5.7, 0.03);
  });

  it("MobileNetV2, ResNet-50, DenseNet-121 and SqueezeNet 1.1 are in the zoo with their published parameters", async () => {
    const members: [string, Record<string, unknown>, number, number][] = [
      ["mobilenetv2", { r: 224, width: 1, kernels: Array(7).fill(3), expansions: Array(7).fill(6) }, 300.8, 3.505],
      [
        "resnet",
        {
          r: 224,
          style: "bottleneck",
          planes: 64,
          depths: [3, 4, 6, 3],
          stem: "7x7",
          squeeze: false,
          averageDown: false,
        },
        4089,
        25.557,
      ],
      ["densenet", { r: 224, growth: 32, stem: 64, depths: [6, 12, 24, 16] }, 2834, 7.979],
      ["squeezenet", { r: 224, version: "1.1", squeeze: 16, expand: 64 }, 349.2, 1.235],
      ["mobilenetv3", { r: 224, size: "large", width: 1, squeezeOf: "expanded", code: "torchvision" }, 216.6, 5.483],
      ["shufflenetv2", { r: 224, width: 116, kernel: 3, repeats: [4, 8, 4] }, 144.9, 2.279],
      ["ghostnet", { r: 224, width: 1, pooling: "reduce-mean" }, 141.1, 5.183],
      ["googlenet", { r: 224, width: 1, thirdKernel: 3 }, 1498, 6.625],
      ["efficientnet", { r: 224, width: 1, depth: 1, lite: false, code: "torchvision" }, 385.9, 5.289],
    ];
    for (const [name, architecture, macs, params] of members) {
      const graph = (await loadSpace(name)).toGraph(architecture as never);
      near(multiplyAddsM(graph), macs, 0.01);
      near(paramsM(graph), params, 0.012);
    }
  });
});
