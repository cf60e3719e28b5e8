/** Laws that every transfer method obeys: within the budget, each candidate at most once, failures counted, the same for the same seed. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AdaptationTask, MeasureOutcome, MeasureRequest, TransferMethod } from "../../src/transfer/index.js";

/** `task`: kernel types with at least a dozen candidates each, all of which can be measured. */
export function transferMethodContract(method: TransferMethod, task: AdaptationTask): void {
  const keyOf = ({ type, config }: MeasureRequest) => `${type} ${JSON.stringify(config)}`;
  const observed = async (outcomeOf?: (request: MeasureRequest) => MeasureOutcome | undefined) => {
    const asked: string[] = [];
    const adaptation = await method.adapt({
      ...task,
      async measure(requests) {
        asked.push(...requests.map(keyOf));
        const outcomes = await task.measure(requests);
        return outcomes.map((outcome, i) => outcomeOf?.(requests[i]!) ?? outcome);
      },
    });
    return { asked, adaptation };
  };

  describe(`transfer method ${method.name}`, () => {
    it("asks for candidates, each at most once, and never beyond the budget", async () => {
      const { asked, adaptation } = await observed();
      const candidates = task.kernels.flatMap(({ type, candidates: configs }) =>
        configs.map((config) => keyOf({ type: type.name, config })),
      );
      assert.equal(new Set(asked).size, asked.length);
      assert.ok(asked.every((key) => candidates.includes(key)));
      assert.ok(asked.length <= task.budget);
      assert.equal(adaptation.measurementsUsed, asked.length);
      assert.equal(adaptation.rounds.at(-1)?.measurementsUsed, asked.length);
    });
    it("answers every kernel type with positive predictions inside their intervals, in the order of the configs", async () => {
      const { adaptation } = await observed();
      for (const { type, candidates, sources } of task.kernels) {
        const kernel = adaptation.kernels.get(type.name)!;
        const names = sources.map(({ platform }) => platform);
        assert.ok(kernel.donors.every((donor) => names.includes(donor)));
        const all = await kernel.predict(candidates);
        for (const { latencyMs, lowMs, highMs } of all)
          assert.ok(0 < lowMs && lowMs <= latencyMs && latencyMs <= highMs && Number.isFinite(highMs));
        const [last] = await kernel.predict(candidates.slice(-1));
        assert.ok(Math.abs(last!.latencyMs / all.at(-1)!.latencyMs - 1) < 1e-6);
      }
    });
    it("counts failures as measurements, and names the kernel type that fails", async () => {
      const [first] = task.kernels;
      const { asked, adaptation } = await observed(({ type }) =>
        type === first!.type.name ? { status: "failed", reason: "crash" } : undefined,
      );
      const { measured, failed, weak } = adaptation.kernels.get(first!.type.name)!;
      assert.equal(measured, 0);
      assert.equal(failed, asked.filter((key) => key.startsWith(`${first!.type.name} `)).length);
      assert.ok(weak);
    });
    it("gives the same for the same seed", async () => {
      const [a, b] = [await observed(), await observed()];
      assert.deepEqual(a.asked, b.asked);
      for (const { type, candidates } of task.kernels)
        assert.deepEqual(
          await a.adaptation.kernels.get(type.name)!.predict(candidates),
          await b.adaptation.kernels.get(type.name)!.predict(candidates),
        );
    });
    it("stops when told to", async () => {
      await assert.rejects(method.adapt({ ...task, signal: AbortSignal.abort() }), { code: "interrupted" });
    });
  });
}
