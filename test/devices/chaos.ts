/** Profiles many kernels on an engine that misbehaves, and checks that each misdeed cost one recorded failure and nothing else. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sha256 } from "../../src/base/index.js";
import { type Engine, startChildEngine } from "../../src/engines/index.js";
import { createGraphBuilder, type Graph } from "../../src/graph/index.js";
import { openStore } from "../../src/measurements/index.js";
import { parsePlatformId } from "../../src/platforms/index.js";
import { profileKernels, protocols } from "../../src/profiling/index.js";
import { writeOnnx } from "../../src/writers/index.js";
import { deedOf, reasonOf } from "./chaos-child.js";

const graphOf = (_type: string, config: Readonly<Record<string, number | string>>): Graph => {
  const b = createGraphBuilder("add");
  return b.build([b.node("Relu", [b.input("x", [1, Number(config.c)])])]);
};

function chaosEngine(log: string, share: number): Engine {
  const child = fileURLToPath(new URL("./chaos-child.js", import.meta.url));
  const limits = { prepareMs: 5000, timeMs: 300 };
  return {
    name: "chaos",
    describe: async () => ({
      name: "chaos",
      version: "1",
      processors: ["cpu"],
      precisions: ["fp32"],
      options: [],
      format: "onnx",
      kernelTiming: "isolated",
      timingReason: "It only misbehaves.",
    }),
    start: (settings) =>
      startChildEngine({ command: process.execPath, args: [child, log, String(share)] }, settings, "onnx", limits),
  };
}

/** @returns how many models were met with a misdeed */
export async function checkChaos(count: number, share: number): Promise<number> {
  const home = mkdtempSync(join(tmpdir(), "litepred-chaos-"));
  try {
    const log = join(home, "models.log");
    const platform = parsePlatformId("box/cpu/chaos@1/fp32");
    const kernels = Array.from({ length: count }, (_, c) => ({ type: "relu", config: { c: c + 1 } }));
    const store = await openStore(home);
    const protocol = { ...protocols.quick, maxMs: 1, sessions: 1, kernelsPerModel: 10 };
    const engine = chaosEngine(log, share);
    const request = { store, engine, platform, kernels, protocol, graphOf };
    const result = await profileKernels(request);

    const bytes = kernels.map(({ type, config }) => writeOnnx(graphOf(type, config), { precision: "fp32" }));
    const found = new Map(
      (await store.query({ kind: "kernel" })).map(({ subject, outcome }) => [
        subject.kind === "kernel" && subject.config.c,
        outcome,
      ]),
    );
    let misdeeds = 0;
    for (const [i, { config }] of kernels.entries()) {
      const deed = deedOf(bytes[i]!, share);
      const outcome = found.get(config.c);
      if (deed === "work") assert.equal(outcome?.status, "ok", `c=${config.c}: ${JSON.stringify(outcome)}`);
      else {
        misdeeds++;
        assert.equal(
          outcome?.status === "failed" && outcome.reason,
          reasonOf[deed],
          `c=${config.c} ${deed}: ${JSON.stringify(outcome)}`,
        );
      }
    }
    assert.deepEqual(result, { measured: count - misdeeds, failed: misdeeds, skipped: 0 });
    const given = new Set(readFileSync(log, "utf8").trim().split("\n"));
    for (const model of bytes) assert.ok(given.has(sha256(model)), "every model was tried");
    const records = await store.query({ kind: "kernel", every: true });
    assert.equal(records.length, count, "and is recorded once");
    // Failures are results: a second call has nothing to do.
    assert.deepEqual(await profileKernels(request), { measured: 0, failed: 0, skipped: count });
    await store.close();
    return misdeeds;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
