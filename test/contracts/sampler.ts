/** Laws that every sampler obeys: distinct valid configs, the same for the same seed, and a report that adds up. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { configKey, validateConfig } from "../../src/kernels/index.js";
import type { Sampler, SamplingRequest } from "../../src/sampling/index.js";

/** `request`: a type with statistics of at least a dozen configs, `count` at most a few dozen. */
export function samplerContract(sampler: Sampler, request: SamplingRequest): void {
  describe(`sampler ${sampler.name} on ${request.type}`, () => {
    it("gives as many distinct valid configs as asked for, or says why not", async () => {
      const { configs, report } = await sampler.sample(request);
      assert.equal(new Set(configs.map((config) => configKey(request.type, config))).size, configs.length);
      for (const config of configs) assert.equal(validateConfig(request.type, config), undefined);
      if (configs.length < request.count) assert.ok(report.shortfall);
      else assert.equal(configs.length, request.count);
    });
    it("counts what it threw away", async () => {
      const { configs, report } = await sampler.sample(request);
      assert.equal(report.drawn, configs.length + report.duplicates);
      assert.ok(report.projected <= report.drawn);
    });
    it("gives the same for the same seed", async () => {
      const [a, b] = [await sampler.sample(request), await sampler.sample(request)];
      assert.deepEqual(a, b);
    });
    it("stops when told to", async () => {
      const signal = AbortSignal.abort();
      await assert.rejects(sampler.sample({ ...request, signal }), { code: "interrupted" });
    });
    it("rejects a kernel type that does not exist", async () => {
      await assert.rejects(sampler.sample({ type: "no-such-kernel", count: 3, seed: 1 }));
    });
  });
}
