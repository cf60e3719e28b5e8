import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRandom } from "../../base/index.js";
import type { KernelConfig } from "../../kernels/index.js";
import type { Observations } from "./codec.js";
import { trainConfigVae } from "./config-vae.js";
import { ordinalCodec } from "./ordinal-codec.js";
import { scaledCodec } from "./scaled-codec.js";

/** Two clusters: large maps with few channels and kernel 3, small maps with many channels and kernel 1. */
function clusters(): Observations {
  const configs: KernelConfig[] = [];
  for (let i = 0; i < 30; i++) {
    configs.push({ batch: 1, h: 100 + i, w: 100 + i, cin: 8 + i, kernelH: 3, kernelW: 3, activation: "relu" });
    configs.push({
      batch: 1,
      h: 7 + (i % 3),
      w: 7 + (i % 3),
      cin: 500 + 8 * i,
      kernelH: 1,
      kernelW: 1,
      activation: "none",
    });
  }
  return { configs, weights: configs.map(() => 1), sizes: ["h", "w", "cin"] };
}

describe("coding of configs", () => {
  for (const [name, create] of Object.entries({ scaledCodec, ordinalCodec })) {
    const observations = clusters();
    const codec = create(observations);
    it(`${name} stays within 0 and 1, also for configs beyond those seen`, () => {
      const beyond = { ...observations.configs[0]!, h: 4000, w: 4000, cin: 1 };
      const { values, columns } = codec.encode([...observations.configs, beyond]);
      assert.equal(columns, codec.columns);
      for (const value of values) assert.ok(value >= 0 && value <= 1);
    });
    it(`${name} keeps constant fields, and width with height`, () => {
      const decoded = codec.decode(codec.encode(observations.configs), createRandom(1));
      for (const config of decoded) {
        assert.equal(config.batch, 1);
        assert.equal(config.w, config.h);
        assert.equal(config.kernelW, config.kernelH);
      }
    });
  }
  it("scaled rows decode to the configs that they encode", () => {
    const { configs } = clusters();
    const codec = scaledCodec(clusters());
    assert.deepEqual(codec.decode(codec.encode(configs), createRandom(1)), configs);
  });
  it("ordinal rows decode to sizes near those of their class", () => {
    const { configs } = clusters();
    const codec = ordinalCodec(clusters());
    for (const config of codec.decode(codec.encode(configs), createRandom(1))) {
      const large = (config.h as number) >= 100;
      assert.equal(config.kernelH, large ? 3 : 1);
      assert.equal((config.cin as number) < 100, large);
    }
  });
});

describe("VAE of configs", () => {
  it("draws from both clusters and nothing between them", async () => {
    const training = { epochs: 8, hidden: 32, samplesPerEpoch: 3200, batch: 64 };
    const vae = await trainConfigVae(clusters(), "ordinal", { seed: 1, training });
    const drawn = await vae.draw(400);
    await vae.release();
    const large = drawn.filter(({ h }) => (h as number) >= 100);
    assert.ok(large.length > 150 && large.length < 250, `${large.length} of 400 in a cluster that has half`);
    const mixed = large.filter(({ cin, kernelH }) => (cin as number) > 100 || kernelH !== 3);
    assert.ok(mixed.length < 20, `${mixed.length} of ${large.length} mix the clusters`);
  });
  it("trains in the published form", async () => {
    const training = { epochs: 2, samplesPerEpoch: 160 };
    const vae = await trainConfigVae(clusters(), "published", { seed: 1, training });
    for (const { h, cin, kernelH } of await vae.draw(20)) {
      assert.ok((h as number) >= 7 && (h as number) <= 129);
      assert.ok((cin as number) >= 8 && (cin as number) <= 732);
      assert.ok(kernelH === 1 || kernelH === 3);
    }
    await vae.release();
  });
});
