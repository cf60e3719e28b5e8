import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { packagePath } from "../base/index.js";
import type { KernelConfig, LooseConfig } from "../kernels/index.js";
import { configDivergence, evaluateDistribution, type WeightedConfig } from "./distribution.js";
import { trainConfigVae } from "./vae/config-vae.js";

const one = (hw: number, cin: number, kernelSize = 3, stride = 1): WeightedConfig => ({
  hw,
  cin,
  kernelSize,
  stride,
  weight: 1,
});

describe("divergence of config distributions", () => {
  it("is 0 between a distribution and itself", () => {
    const configs = [
      { ...one(56, 64), weight: 0.25 },
      { ...one(7, 960, 5, 2), weight: 0.75 },
    ];
    assert.equal(configDivergence(configs, configs), 0);
  });
  it("is the mass that the smoothing window keeps times the log of its ratio, where the mass lies elsewhere", () => {
    // HW 31 falls into row 25 and CIN 1023 into column 10, both on window centres: 2 × 2 … 3 × 3 windows of weight 25/121
    // cover it: centres 20, 25, 30 by 5, 10, 15.
    const p = [one(31, 1023)];
    const q = [one(31, 1023, 5)];
    const cell = 25 / 121 + 1e-10;
    assert.ok(Math.abs(configDivergence(p, q) - 9 * cell * Math.log(cell / 1e-10)) < 1e-3);
  });
  it("weights each kernel size and stride by its share in the first distribution", () => {
    const half = { ...one(31, 1023), weight: 0.5 };
    const p = [half, { ...one(31, 1023, 5), weight: 0.5 }];
    const q = [half];
    const cell = 0.5 * (25 / 121);
    assert.ok(Math.abs(configDivergence(p, q) - 0.5 * 9 * cell * Math.log(cell / 1e-10)) < 1e-3);
  });
});

const data = packagePath("..", "shared", "data", "nas-kernel-configs");
const skip = existsSync(data) ? false : "reference data not found";

interface Row {
  readonly config: KernelConfig;
  readonly weight: number;
  readonly test: boolean;
}

function readRows(name: string): Row[] {
  const [header, ...lines] = readFileSync(`${data}/${name}.csv`, "utf8").trim().split("\n");
  const columns = header!.split(",");
  return lines.map((line) => {
    const row = Object.fromEntries(line.split(",").map((value, i) => [columns[i]!, value]));
    const config = {
      hw: Number(row.HW),
      cin: Number(row.CIN ?? row.CHANNELS),
      ...(row.COUT === undefined ? {} : { cout: Number(row.COUT) }),
      kernelSize: Number(row.KERNEL_SIZE),
      stride: Number(row.STRIDES),
    };
    return { config, weight: Number(row.SCALED_FREQ), test: row.CAT === "test" };
  });
}

const weighted = (config: LooseConfig, weight: number): WeightedConfig => ({
  hw: config.hw as number,
  cin: config.cin as number,
  kernelSize: config.kernelSize as number,
  stride: config.stride as number,
  weight,
});

describe("quality of the ordinal VAE on LitePred's own training data", { skip }, () => {
  // LitePred's notebook prints 0.01246 and 0.03671 for its VAE.
  for (const type of ["conv", "dwconv"])
    it(`${type}: closer to the unseen half than the published figures`, async () => {
      const rows = readRows(type);
      const train = rows.filter((row) => !row.test);
      const vae = await trainConfigVae(
        {
          configs: train.map((row) => row.config),
          weights: train.map((row) => row.weight),
          sizes: ["hw", "cin", "cout"],
        },
        "ordinal",
        { seed: 1 },
      );
      const reference = rows.filter((row) => row.test).map((row) => weighted(row.config, row.weight));
      const count = 3000;
      const drawn = (await vae.draw(count)).map((config) => weighted(config, 1 / count));
      await vae.release();
      const { referenceToDrawn, drawnToReference } = evaluateDistribution(reference, drawn);
      assert.ok(referenceToDrawn <= 0.0125, `KL(test‖VAE) is ${referenceToDrawn}`);
      assert.ok(drawnToReference <= 0.0367, `KL(VAE‖test) is ${drawnToReference}`);
    });
});
