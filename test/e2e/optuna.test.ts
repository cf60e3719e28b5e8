/** The Optuna example runs as it stands, where Python has Optuna 5 or later: LITEPRED_PYTHON names the Python. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { packagePath } from "../../src/base/index.js";

const python = process.env.LITEPRED_PYTHON ?? "python3";
const code = "import optuna; print(optuna.__version__.split('.')[0])";
const found = spawnSync(python, ["-c", code], { encoding: "utf8" });
const skip = found.status === 0 && Number(found.stdout) >= 5 ? false : "no Python with Optuna 5 or later";

for (const objectives of [1, 2])
  test(`Optuna finds what meets the budget, with ${objectives === 1 ? "a constraint" : "two objectives"}`, {
    skip,
  }, () => {
    const example = packagePath("examples", "optuna", "search.py");
    const { stdout, stderr } = spawnSync(
      python,
      [
        ...[example, "--platform", "xeon-f6m207/cpu/onnxruntime-node@1.30.0/fp32", "--max-latency", "5"],
        ...["--trials", "120", "--objectives", String(objectives)],
      ],
      { encoding: "utf8" },
    );
    assert.ok(stdout !== "", stderr);
    const { trials, met, front, best } = JSON.parse(stdout);
    assert.equal(trials, 120);
    assert.ok(met > 10 && best.latency <= 5 && best.accuracy > 60, stdout);
    assert.ok(objectives === 1 ? front === null : front > 1);
  });
