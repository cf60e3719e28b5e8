/** Laws that every kernel predictor obeys, as it was made and as it is loaded from its state. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { KernelConfig } from "../../src/kernels/index.js";
import { type KernelPredictor, loadKernelPredictor } from "../../src/predictors/index.js";

/** `make` is called once; `configs`: a dozen or more of those it was trained on. */
export function kernelPredictorContract(
  name: string,
  make: () => Promise<KernelPredictor>,
  configs: readonly KernelConfig[],
): void {
  describe(`kernel predictor ${name}`, () => {
    let predictor: KernelPredictor;
    before(async () => {
      predictor = await make();
    });
    after(() => predictor.release());
    it("predicts positive milliseconds, one per config in their order, alone and together", async () => {
      const all = await predictor.predict(configs);
      assert.equal(all.length, configs.length);
      assert.ok(all.every((ms) => ms > 0 && Number.isFinite(ms)));
      for (const [i, config] of configs.entries()) {
        const [alone] = await predictor.predict([config]);
        assert.ok(Math.abs(alone! / all[i]! - 1) < 1e-4, `${alone} alone, ${all[i]} together`);
      }
      assert.equal((await predictor.predict([])).length, 0);
    });
    it("takes what it was trained on to be in its range, and says what is not", async () => {
      for (const config of configs) assert.equal(predictor.outOfRange(config), undefined);
      const numbers = Object.keys(configs[0]!).filter((name) => typeof configs[0]![name] === "number");
      const far = numbers.map((name) => [name, 10 * Math.max(...configs.map((config) => Number(config[name])))]);
      // What works element by element is out of range by how many there are, not by an axis.
      assert.match(
        predictor.outOfRange({ ...configs[0]!, ...Object.fromEntries(far) })!,
        new RegExp(`^${numbers[0]} \\S+ is outside|elements are far more`),
      );
    });
    it("is the same when it is loaded from its state", async () => {
      const loaded = await loadKernelPredictor(predictor.toState());
      const [made, again] = [await predictor.predict(configs), await loaded.predict(configs)];
      for (const [i, ms] of made.entries()) assert.ok(Math.abs(again[i]! / ms - 1) < 1e-4, `${ms}, then ${again[i]}`);
      assert.deepEqual(
        [loaded.type, loaded.recipe, loaded.samples, loaded.heldOut],
        [predictor.type, predictor.recipe, predictor.samples, predictor.heldOut],
      );
      await loaded.release();
    });
  });
}
