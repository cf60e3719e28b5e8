/** Every hostile file with every command that takes such a file; and names that lead out of the workspace. */
import { join } from "node:path";
import { hostileArchives } from "./archives.js";
import type { HostileFile, Scale } from "./files.js";
import { hostileModels } from "./models.js";
import { hostilePredictors } from "./predictors.js";
import { hostileTables } from "./tables.js";

export interface HostileCase {
  readonly name: string;
  /** Of commands that follow each other in one workspace. */
  readonly commands: readonly (readonly string[])[];
}

export interface Sound {
  readonly model: string;
  /** A predictor, and its platform. */
  readonly predictor: string;
  readonly platform: string;
}

const phone = "phone/cpu/tflite@2.7/fp32";

export async function hostileCases(root: string, { model, predictor, platform }: Sound, scale: Scale) {
  const of = (files: readonly HostileFile[], commands: (path: string) => string[][]): HostileCase[] =>
    files.map(({ name, path }) => ({ name, commands: commands(path) }));
  const on = ["--platform", phone];
  const bounded = ["--space", "ofa-mobilenetv3", "--max-latency", "1s", "--evaluations", "30"];
  return [
    ...of(hostileTables(root, scale), (folder) => [
      ["import", folder, ...on],
      ["train", ...on, "--recipe", "compact"],
    ]),
    ...of(await hostileArchives(root, scale), (file) => [
      ["pool", "add", file],
      ["train", ...on, "--recipe", "compact"],
    ]),
    ...of(hostilePredictors(root, predictor, scale), (file) => [
      ["predict", model, "--pool", join(file, ".."), "--platform", platform, "--json"],
      ["pool", "add", file],
      ["search", ...bounded, "--platform", platform],
    ]),
    ...of(hostileModels(root, scale), (file) => [
      ["predict", file],
      ["measure", file, "--protocol", "brief"],
      ["report", file, "--out", "report.html"],
    ]),
    ...names(model),
  ];
}

/** Platform ids and other names that become parts of paths. */
function names(model: string): HostileCase[] {
  const ids = [
    "../../outside/cpu/x/fp32",
    "../cpu/onnxruntime-node/fp32",
    "a/cpu/../../../outside/fp32",
    "a/cpu/x@../fp32",
    "a/cpu/x/fp32?o=../../outside",
    "/outside/cpu/x/fp32",
    "..\\..\\outside/cpu/x/fp32",
    "%2e%2e/cpu/x/fp32",
    "a\u202e/cpu/x/fp32",
    `${"a".repeat(5000)}/cpu/x/fp32`,
    "..",
    "",
  ];
  const commands = (id: string): string[][] => [
    ["predict", model, "--platform", id],
    ["measure", model, "--platform", id, "--protocol", "brief"],
    ["profile", "--platform", id, "--kernel", "relu", "--count", "2"],
    ["train", "--platform", id],
    ["adapt", "--platform", id, "--budget", "3"],
    ["pool", "show", id],
    ["pool", "export", "exported", "--platform", id, "--measurements"],
    ["search", "--space", "ofa-mobilenetv3", "--platform", id, "--max-latency", "1s", "--evaluations", "10"],
    ["sample", "--kernel", id, "--count", "2"],
    ["engines", "install", id],
    ["architectures", "--space", id],
  ];
  return ids.map((id) => ({ name: `name ${JSON.stringify(id.slice(0, 40))}`, commands: commands(id) }));
}
