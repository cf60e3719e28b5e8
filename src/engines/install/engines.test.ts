import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { packagePath } from "../../base/index.js";
import { agentEngineNames, engineFolder, enginePython, loadEngine, readRecipe } from "../index.js";
import { runCommand } from "./command.js";
import { installEngine, listEngines } from "./engines.js";
import { splitPin } from "./npm.js";
import { findPython } from "./python.js";

async function withHome(work: (home: string) => Promise<void>): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), "litepred-home-"));
  await work(home).finally(() => rm(home, { recursive: true, force: true }));
}

test("every recipe is complete: packages pinned, its agent there", () => {
  for (const name of agentEngineNames) {
    const recipe = readRecipe(name);
    assert.equal(recipe.name, name);
    if (recipe.kind === "npm" && recipe.agent !== undefined)
      assert.ok(existsSync(packagePath("agents", "browser", recipe.agent)));
    for (const { version, packages } of recipe.versions)
      assert.ok(
        packages.some((pinned) => (recipe.kind === "npm" ? pinned.endsWith(`@${version}`) : /^numpy==/.test(pinned))),
      );
  }
});

test("an empty workspace has no engine; every version is listed", () =>
  withHome(async (home) => {
    const rows = await listEngines(home);
    assert.ok(rows.length >= agentEngineNames.length);
    assert.ok(rows.every((row) => !row.installed || row.name === "onnxruntime-node"));
    assert.ok(rows.some((row) => row.name === "tflite" && row.version === "2.1.0"));
  }));

test("an installation counts when it is complete, and is what the bare name then means", () =>
  withHome(async (home) => {
    const folder = engineFolder(home, "tflite", "2.7.0");
    const python = enginePython(folder);
    await mkdir(dirname(python), { recursive: true });
    await writeFile(python, "");
    const engine = async () => (await loadEngine("tflite", { home })).describe();
    await assert.rejects(engine, { code: "engine-unavailable", hint: /engines install tflite@/ });
    const record = { name: "tflite", version: "2.7.0", python: "python3.9", packages: [] };
    await writeFile(join(folder, "installed.json"), JSON.stringify(record));
    assert.equal((await engine()).version, "2.7.0");
    assert.deepEqual(await installEngine("tflite@2.7.0", { home }), record);
  }));

test("unknown engines and versions are refused before anything is made", () =>
  withHome(async (home) => {
    await assert.rejects(installEngine("caffe", { home }), { code: "unknown-name" });
    await assert.rejects(installEngine("tflite@9", { home }), { code: "unknown-name", hint: /2\.1\.0/ });
  }));

test("an engine that only Chromium runs is refused without it, before anything is made", () =>
  withHome(async (home) => {
    const given = process.env.LITEPRED_CHROMIUM;
    process.env.LITEPRED_CHROMIUM = join(home, "chromium");
    try {
      await assert.rejects(installEngine("litert-js", { home }), { code: "engine-unavailable", hint: /chromium/ });
      assert.ok(!existsSync(join(home, "engines")));
    } finally {
      if (given === undefined) delete process.env.LITEPRED_CHROMIUM;
      else process.env.LITEPRED_CHROMIUM = given;
    }
  }));

test("a Python that no system has is not found, and a command that is none fails as data", async () => {
  assert.equal(await findPython(["3.99"]), undefined);
  assert.equal((await runCommand("litepred-no-such-command", [])).code, -1);
});

test("a pinned npm package is split at its last @", () => {
  assert.deepEqual(splitPin("@litertjs/core@2.5.3"), ["@litertjs/core", "2.5.3"]);
  assert.deepEqual(splitPin("long@5.3.2"), ["long", "5.3.2"]);
});
