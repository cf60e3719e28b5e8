/** Laws of a store of measurements: what is appended is found again, and of a subject measured again the latest counts. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Measurement, Store, Subject } from "../../src/measurements/index.js";

const platform = "testbox/cpu/synthetic@1/fp32";
const reluOf = (c: number): Subject => ({ kind: "kernel", type: "relu", config: { c, h: 7, w: 7 } });
const network: Subject = { kind: "model", name: "network", sha256: "ab".repeat(32) };

let second = 0;
/** A measurement later than all before it. */
function measurement(subject: Subject, latencyMs: number | "crash", more: Partial<Measurement> = {}): Measurement {
  return {
    platform,
    subject,
    outcome:
      latencyMs === "crash"
        ? { status: "failed", reason: "crash", message: "it ended" }
        : { status: "ok", latencyMs, spread: 0, runs: 3, sessions: 1 },
    protocol: {
      name: "kit",
      warmup: 1,
      runs: 3,
      maxMs: 10,
      sessions: 1,
      kernelsPerModel: 1,
      tolerance: 0,
      maxSpread: 1,
    },
    conditions: { cpu: "none", cores: 1, loadBefore: 0, loadAfter: 0, node: "20", engineVersion: "1" },
    session: "s",
    at: new Date(Date.UTC(2026, 0, 1, 0, 0, second++)).toISOString(),
    ...more,
  };
}

/** `open` opens a store, the same place for the same name; a new name is an empty place. */
export function storeContract(name: string, open: (place: string) => Promise<Store>): void {
  const withStore = async (place: string, work: (store: Store) => Promise<void>) => {
    const store = await open(place);
    await work(store).finally(() => store.close());
  };

  describe(`store ${name}`, () => {
    it("finds what was appended, in order, failures included, also when it is opened again and compacted", async () => {
      const all = [measurement(reluOf(1), 1), measurement(reluOf(2), "crash"), measurement(network, 3)];
      await withStore("again", async (store) => {
        for (const one of all) store.append(one);
        assert.deepEqual(await store.query(), all);
      });
      await withStore("again", async (store) => {
        assert.deepEqual(await store.query(), all);
        await store.compact();
        assert.deepEqual(await store.query(), all);
        assert.deepEqual(store.problems(), []);
      });
    });
    it("chooses by platform, kind, type, status and purpose", () =>
      withStore("chosen", async (store) => {
        const other = measurement(reluOf(1), 1, { platform: "other/cpu/synthetic@1/fp32" });
        const [good, bad] = [measurement(reluOf(1), 1), measurement(reluOf(2), "crash")];
        const [whole, fit] = [measurement(network, 3), measurement(network, 3, { purpose: "fit" })];
        for (const one of [other, good, bad, whole, fit]) store.append(one);
        assert.deepEqual(await store.query({ platform: other.platform }), [other]);
        assert.deepEqual(await store.query({ platform, kind: "kernel" }), [good, bad]);
        assert.deepEqual(await store.query({ platform, type: "relu", status: "failed" }), [bad]);
        assert.deepEqual(await store.query({ purpose: "fit" }), [fit]);
        assert.deepEqual(await store.platforms(), [other.platform, platform].sort());
      }));
    it("counts the latest of a subject, purpose and repeat; all are there when asked for", () =>
      withStore("latest", async (store) => {
        const [first, later] = [measurement(reluOf(1), 5), measurement(reluOf(1), "crash")];
        const [once, twice] = [measurement(network, 3), measurement(network, 4, { repeat: 2 })];
        for (const one of [first, later, once, twice]) store.append(one);
        assert.deepEqual(await store.query(), [later, once, twice]);
        assert.deepEqual(await store.query({ every: true }), [first, later, once, twice]);
      }));
    it("knows what was measured, well or in vain", () =>
      withStore("known", async (store) => {
        const failed = measurement(reluOf(1), "crash");
        store.append(failed);
        assert.equal(await store.has(failed), true);
        assert.equal(await store.has(measurement(reluOf(2), 1)), false);
        assert.equal(await store.has({ ...failed, purpose: "test" }), false);
        assert.equal(await store.has({ ...failed, repeat: 2 }), false);
        store.append(measurement(reluOf(2), 1));
        assert.equal(await store.has(measurement(reluOf(2), 1)), true);
      }));
    it("refuses names that it cannot file", () =>
      withStore("names", async (store) => {
        assert.throws(() => store.append(measurement(reluOf(1), 1, { platform: "../etc" })), {
          code: "unknown-platform",
        });
        const subject = { kind: "kernel", type: "../x", config: {} } as const;
        assert.throws(() => store.append(measurement(subject, 1)), { code: "unknown-kernel-type" });
      }));
  });
}
