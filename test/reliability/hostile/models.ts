/** Models whose sizes are absurd, that point elsewhere, or that are packed. */
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { graph, ints, node, onnxModel, tensor, value } from "../../contracts/onnx-model.js";
import { type HostileFile, oddFiles, type Scale } from "./files.js";

export function hostileModels(root: string, scale: Scale): HostileFile[] {
  const folder = join(root, "models");
  mkdirSync(folder, { recursive: true });
  const made = Object.entries({ ...absurd(scale), ...pointing(root, folder) }).map(([name, bytes]) => {
    const path = join(folder, `${name.replaceAll(/[^a-z0-9 ]/gi, "_")}.onnx`);
    writeFileSync(path, bytes);
    return { name: `model ${name}`, path };
  });
  const odd = oddFiles(root, "model", "m.onnx", scale).map(({ name, path }) => ({ name: `model ${name}`, path }));
  return [...made, ...odd];
}

/** Weights in a file, by what the model says of it. */
function outside(location: string, more: Readonly<Record<string, string>> = {}): Uint8Array {
  const weight = tensor("w", [4], []);
  weight.dataLocation = 1;
  weight.externalData = Object.entries({ location, ...more }).map(([key, text]) => ({
    $typeName: "onnx.StringStringEntryProto",
    key,
    value: text,
  }));
  return onnxModel({ inputs: [value("x", [4])], constants: [weight], nodes: [node("Add", ["x", "w"], ["y"])] });
}

function pointing(root: string, folder: string): Readonly<Record<string, Uint8Array>> {
  const secret = join(root, "secret.bin");
  writeFileSync(secret, new Uint8Array(64));
  writeFileSync(join(folder, "w.bin"), new Uint8Array(64));
  symlinkSync(secret, join(folder, "link.bin"));
  symlinkSync(root, join(folder, "up"));
  symlinkSync("/dev/zero", join(folder, "zero.bin"));
  spawnSync("mkfifo", [join(folder, "pipe.bin")]);
  return {
    "weights above": outside("../secret.bin"),
    "weights absolute": outside(secret),
    "weights behind a link": outside("link.bin"),
    "weights behind a linked folder": outside("up/secret.bin"),
    "weights of a device": outside("/dev/zero"),
    "weights of a linked device": outside("zero.bin"),
    "weights of a pipe": outside("pipe.bin"),
    "weights of a folder": outside("."),
    "weights of no name": outside(""),
    "weights with NUL": outside("w\0.bin"),
    "weights of a long name": outside("w".repeat(10_000)),
    "weights from far": outside("w.bin", { offset: "9223372036854775807" }),
    "weights from before": outside("w.bin", { offset: "-4" }),
    "weights from nowhere": outside("w.bin", { offset: "NaN", length: "x" }),
    "weights very long": outside("w.bin", { length: "9223372036854775807" }),
    "weights of negative length": outside("w.bin", { length: "-1" }),
  };
}

const input = [value("x", [1, 3, 8, 8])];
const one = (nodes: ReturnType<typeof node>[], constants: ReturnType<typeof tensor>[] = []) =>
  onnxModel({ inputs: input, constants, nodes });

function absurd({ many, bytes }: Scale): Readonly<Record<string, Uint8Array>> {
  const sizes = [1e6, 1e6, 1e6];
  const branch = (depth: number): ReturnType<typeof graph> =>
    graph({
      nodes:
        depth === 0
          ? [node("Relu", ["x"], ["y"])]
          : [
              node("If", ["c"], ["y"], {
                then_branch: branch(depth - 1),
                else_branch: graph({ nodes: [node("Relu", ["x"], ["y"])] }),
              }),
            ],
    });
  const relu = node("Relu", ["x"], ["y"]);
  const empty = { ...tensor("w", [1], []), dims: [10n ** 9n, 10n ** 9n] };
  const scalar = (name: string, number: number) => tensor(name, [], [number], "int64");
  return {
    "zeros of 1e18": one([node("ConstantOfShape", ["s"], ["z"]), node("Add", ["x", "z"], ["y"])], [ints("s", sizes)]),
    "zeros of 1e9": one([node("ConstantOfShape", ["s"], ["z"]), node("Add", ["x", "z"], ["y"])], [ints("s", [1e9])]),
    "zeros of a shape": one(
      [node("ConstantOfShape", ["s"], ["z"]), node("Shape", ["z"], ["t"]), node("Reshape", ["x", "t"], ["y"])],
      [ints("s", sizes)],
    ),
    "a range without end": one(
      [node("Range", ["a", "b", "c"], ["r"]), node("Cast", ["r"], ["f"], { to: 1 }), node("Add", ["x", "f"], ["y"])],
      [scalar("a", 0), scalar("b", 1e15), scalar("c", 1)],
    ),
    "a range of no steps": one(
      [node("Range", ["a", "b", "c"], ["r"]), node("Cast", ["r"], ["f"], { to: 1 }), node("Add", ["x", "f"], ["y"])],
      [scalar("a", 0), scalar("b", 10), scalar("c", 0)],
    ),
    expanded: one(
      [node("Expand", ["w", "s"], ["z"]), node("Add", ["x", "z"], ["y"])],
      [tensor("w", [1], [1]), ints("s", sizes)],
    ),
    tiled: one(
      [node("Tile", ["w", "s"], ["z"]), node("Add", ["x", "z"], ["y"])],
      [tensor("w", [1, 1, 1], [1]), ints("s", sizes)],
    ),
    padded: one([node("Pad", ["x", "s"], ["y"])], [ints("s", [0, 0, 1e9, 1e9, 0, 0, 1e9, 1e9])]),
    resized: one([node("Resize", ["x", "", "w"], ["y"])], [tensor("w", [4], [1, 1, 1e18, 1e18])]),
    "a weight of 1e18 without values": one([node("Add", ["x", "w"], ["y"])], [empty]),
    "an input of 1e18": onnxModel({ inputs: [value("x", sizes)], nodes: [relu] }),
    "an input of 2^63": onnxModel({ inputs: [value("x", [2 ** 53, 2 ** 53])], nodes: [relu] }),
    "an input of negative size": onnxModel({ inputs: [value("x", [-5, 3])], nodes: [relu] }),
    "branches in branches": onnxModel({
      inputs: [...input, value("c", [1], "bool")],
      nodes: [
        node("If", ["c"], ["y"], {
          then_branch: branch(Math.min(150, many / 20)),
          else_branch: graph({ nodes: [relu] }),
        }),
      ],
    }),
    "a long chain": one(
      Array.from({ length: many / 20 }, (_, i) =>
        node("Relu", [i === 0 ? "x" : `t${i}`], [i === many / 20 - 1 ? "y" : `t${i + 1}`]),
      ),
    ),
    "a node of many inputs": one([
      node(
        "Sum",
        Array.from({ length: many / 4 }, () => "x"),
        ["y"],
      ),
    ]),
    "a node of many outputs": one([
      node(
        "Split",
        ["x"],
        Array.from({ length: many / 4 }, (_, i) => (i === 0 ? "y" : `y${i}`)),
        { axis: 1 },
      ),
    ]),
    "a long name": one([{ ...relu, name: "n".repeat(bytes / 5) }]),
    "an operator of a long name": one([node("R".repeat(bytes / 5), ["x"], ["y"])]),
    "an operator of an inherited name": one([node("constructor", ["x"], ["y"]), node("toString", ["y"], ["z"])]),
    "names with escapes": one([{ ...relu, name: "\u001b[2J\u001b]0;x\u0007" }]),
    "kernels of 1e9": one([node("MaxPool", ["x"], ["y"], { kernel_shape: [1e9, 1e9], pads: [5e8, 5e8, 5e8, 5e8] })]),
    "strides of 0": one([node("MaxPool", ["x"], ["y"], { kernel_shape: [2, 2], strides: [0, 0] })]),
    "packed zeros": gzipSync(new Uint8Array(bytes * 4)),
    "a packed model": gzipSync(one([relu])),
    "zeros alone": new Uint8Array(bytes),
  };
}
