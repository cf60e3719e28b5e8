/** The command line as a process, on small models, in a folder of its own. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packagePath } from "../../src/base/index.js";
import { createGraphBuilder, type Graph } from "../../src/graph/index.js";
import { writeOnnx } from "../../src/writers/index.js";
import { fixture } from "../fixtures/index.js";

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Place {
  readonly folder: string;
  /** Runs litepred there. @param columns of the terminal that is none; default 80 */
  litepred(args: readonly string[], columns?: number): Ran;
  json<T>(args: readonly string[]): T;
  path(name: string): string;
  remove(): void;
}

export const litepredBin = packagePath("bin", "litepred.js");

/** A platform of the pool that ships. */
export const poolPlatform = "xeon-f6m207/cpu/onnxruntime-node@1.30.0/fp32";

/** Holds `squeezenet.onnx` and `mobilenet.onnx`. */
export function createPlace(name: string): Place {
  const folder = mkdtempSync(join(tmpdir(), `litepred-${name}-`));
  writeFileSync(join(folder, "squeezenet.onnx"), fixture("squeezenet1_1.torchscript").model());
  writeFileSync(join(folder, "mobilenet.onnx"), fixture("mobilenet_v2.torchscript").model());
  const litepred = (args: readonly string[], columns = 80): Ran => {
    const env = { ...process.env, COLUMNS: String(columns), LITEPRED_HOME: join(folder, "home") };
    const { status, stdout, stderr } = spawnSync(process.execPath, [litepredBin, ...args], {
      cwd: folder,
      encoding: "utf8",
      env,
      maxBuffer: 2 ** 28,
    });
    return { status, stdout, stderr };
  };
  return {
    folder,
    litepred,
    json: (args) => JSON.parse(litepred([...args, "--json"]).stdout),
    path: (file) => join(folder, file),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What a name must not do to a page, a terminal, a spreadsheet. */
export const hostileName = `=cmd|'/C calc'!A0"><script>alert(1)</script><img src=x onerror=alert(2)>&lt;|\u001b[2J\u202e\n]]>`;

/** A small model whose names are all hostile. @param name of its input and, with others, of its nodes */
export function hostileModel(name = hostileName): Uint8Array {
  const b = createGraphBuilder("hostile");
  const input = b.input(name, [1, 16, 28, 28]);
  const conv = b.node("Conv", [input, b.constant([16, 16, 3, 3])], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
  const graph = b.build([b.node("Softmax", [b.node("Erf", [conv])], { axis: 1 })]);
  const renamed: Graph = {
    ...graph,
    nodes: graph.nodes.map((node, i) => ({ ...node, name: `/${name}/${i}/${name}` })),
  };
  return writeOnnx(renamed);
}
