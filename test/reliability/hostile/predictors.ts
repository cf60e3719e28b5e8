/** Predictors with a right hash and wrong content, with a wrong hash, with absurd headers; files that are none. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../../src/base/index.js";
import { type NamedTensor, readSafetensors, writeSafetensors } from "../../../src/formats/safetensors/index.js";
import { type HostileFile, oddFiles, type Scale } from "./files.js";

type Tensors = Record<string, NamedTensor>;
// biome-ignore lint/suspicious/noExplicitAny: a manifest of any form, and what is done to it
type Manifest = any;
type Change = (manifest: Manifest, tensors: Tensors) => void;

/** Each in a folder of its own, as a pool; `soundFile`: what they are made of. */
export function hostilePredictors(root: string, soundFile: string, scale: Scale): HostileFile[] {
  const sound = new Uint8Array(readFileSync(soundFile));
  const name = soundFile.split("/").at(-1)!;
  const made = Object.entries({ ...forged(sound, scale), ...headers(sound, scale) }).map(([what, bytes]) => {
    const folder = join(root, `predictor ${what}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), bytes);
    return { name: `predictor ${what}`, path: join(folder, name) };
  });
  const odd = oddFiles(root, "predictor", name, scale).map(({ name: what, path }) => ({
    name: `predictor ${what}`,
    path,
  }));
  return [...made, ...odd];
}

const each = (tensors: Tensors, change: (tensor: NamedTensor) => NamedTensor) => {
  for (const [name, tensor] of Object.entries(tensors)) tensors[name] = change(tensor);
};
const filled =
  (value: number): Change =>
  (_, tensors) =>
    each(tensors, (tensor) => ({
      ...tensor,
      values: tensor.values instanceof Int32Array ? tensor.values.map(() => value | 0) : tensor.values.map(() => value),
    }));

const settingsOf = (manifest: Manifest): Manifest[] =>
  manifest.kernels.flatMap((kernel: Manifest) => kernel.models.map((model: Manifest) => model.settings));

const changes = ({ many }: Scale): Readonly<Record<string, Change>> => ({
  "weights NaN": filled(Number.NaN),
  "weights Infinity": filled(Number.POSITIVE_INFINITY),
  "weights 1e308": filled(1e308),
  "weights 0": filled(0),
  "weights -1": filled(-1),
  "shorter arrays": (_, tensors) => each(tensors, ({ values }) => ({ shape: [1], values: values.slice(0, 1) })),
  "empty arrays": (_, tensors) => each(tensors, ({ values }) => ({ shape: [0], values: values.slice(0, 0) })),
  "other shapes": (_, tensors) => each(tensors, ({ values }) => ({ shape: [values.length, 1, 1], values })),
  "one array for all": (m, tensors) => {
    const first = Object.keys(tensors)[0]!;
    for (const kernel of m.kernels)
      for (const model of kernel.models) for (const key of Object.keys(model.arrays)) model.arrays[key] = first;
  },
  "arrays that are not there": (m) => {
    m.kernels[0].models[0].arrays = { toString: "toString", x: "constructor" };
  },
  "no models": (m) => {
    for (const kernel of m.kernels) kernel.models = [];
  },
  "no kernels": (m) => {
    m.kernels = [];
  },
  "a kernel many times": (m) => {
    m.kernels = Array.from({ length: many / 100 }, () => m.kernels[0]);
  },
  "no features": (m) => {
    for (const kernel of m.kernels) kernel.featureNames = [];
  },
  "a feature many times": (m) => {
    for (const kernel of m.kernels) kernel.featureNames = kernel.featureNames.map(() => kernel.featureNames[0]);
  },
  "kernel types of no name": (m) => {
    for (const kernel of m.kernels) kernel.type = "constructor";
  },
  "user type of many fields": (m) => {
    m.kernels[0].userType = { fields: Array.from({ length: many / 10 }, (_, i) => `f${i}`) };
  },
  "user type with deep formula": (m) => {
    m.kernels[0].userType = { fields: ["a"], flops: `${"(".repeat(many / 10)}a${")".repeat(many / 10)}` };
  },
  "settings 1e308": (m) => {
    for (const settings of settingsOf(m))
      for (const [k, v] of Object.entries(settings)) if (typeof v === "number") settings[k] = 1e308;
  },
  "settings of words": (m) => {
    for (const settings of settingsOf(m)) for (const k of Object.keys(settings)) settings[k] = "x";
  },
  "many members": (m) => {
    for (const settings of settingsOf(m)) if (settings.members) settings.members = 1e9;
  },
  "many layers": (m) => {
    for (const settings of settingsOf(m))
      if (settings.layers) settings.layers = Array.from({ length: many / 10 }, () => settings.layers[0]);
  },
  "wide layers": (m) => {
    for (const settings of settingsOf(m)) for (const layer of settings.layers ?? []) layer.units = 1e9;
  },
  "correction 1e308": (m) => {
    m.correction.intercept = 1e308;
    for (const type of Object.keys(m.correction.types)) m.correction.types[type] = 1e308;
  },
  "correction -1e308": (m) => {
    m.correction.intercept = -1e308;
  },
  "residuals 1e308": (m) => {
    m.correction.residuals = [1e308, -1e308];
    m.correction.scores = [1e308, -1e308];
    m.correction.floor = 1e308;
  },
  "many residuals": (m) => {
    m.correction.residuals = Array.from({ length: many / 4 }, (_, i) => i);
    m.correction.scores = m.correction.residuals;
  },
  "no residuals": (m) => {
    m.correction.residuals = [];
    m.correction.scores = [];
  },
  "general 1e308": (m) => {
    m.general = [1e308, 1e308, 1e308, 1e308];
  },
  "general -1e308": (m) => {
    m.general = [-1e308, -1e308, -1e308, -1e308];
  },
  "call 1e308": (m) => {
    m.callMs = 1e308;
  },
  "roofline 1e308": (m) => {
    for (const kernel of m.kernels) kernel.roofline = kernel.roofline?.map(() => 1e308);
  },
  "roofline empty": (m) => {
    for (const kernel of m.kernels) kernel.roofline = [];
  },
  "targets upside down": (m) => {
    for (const kernel of m.kernels) kernel.targetRange = [5, -5];
  },
  "targets 1e308": (m) => {
    for (const kernel of m.kernels) kernel.targetRange = [1e308, 1e308];
  },
  "ranges of words": (m) => {
    for (const kernel of m.kernels) for (const key of Object.keys(kernel.ranges)) kernel.ranges[key] = { values: [] };
  },
  "weights in a cache of nothing": (m) => {
    m.correction.weights = { msPerByte: 1e308, cacheBytes: 5e-324, log: 1e308 };
  },
  "platform above": (m) => {
    m.platform = "../../../outside/cpu/x/fp32";
  },
  "platform absolute": (m) => {
    m.platform = "/outside/cpu/x/fp32";
  },
  "platform of dots": (m) => {
    m.platform = "..";
  },
  "platform with NUL": (m) => {
    m.platform = "a\0/cpu/x/fp32";
  },
  "platform very long": (m) => {
    m.platform = `${"a".repeat(100_000)}/cpu/x/fp32`;
  },
  "platform with options": (m) => {
    m.platform += "?x=../../outside";
  },
  "date and device of escapes": (m) => {
    m.provenance.device = "\u001b[2J";
    m.provenance.date = "\u001b]0;x\u0007";
  },
  "very long provenance": (m) => {
    m.provenance.protocols = Array.from({ length: many / 4 }, () => "x".repeat(20));
  },
  "proto in it": (m) => {
    m.correction.types = JSON.parse('{"__proto__": 1, "constructor": 1}');
  },
  "nothing in it": (m) => {
    for (const key of Object.keys(m)) delete m[key];
  },
});

function forged(sound: Uint8Array, scale: Scale): Record<string, Uint8Array> {
  const bytes = Object.entries(changes(scale)).map(([name, change]) => {
    const { tensors, metadata } = readSafetensors(sound);
    const manifest = JSON.parse(metadata.manifest!);
    change(manifest, tensors as Tensors);
    return [name, seal(JSON.stringify(manifest), tensors, metadata)] as const;
  });
  const { tensors, metadata } = readSafetensors(sound);
  const deep = metadata.manifest!.replace(
    '"settings":{',
    `"settings":{"deep":${"[".repeat(scale.many / 5)}${"]".repeat(scale.many / 5)},`,
  );
  return {
    ...Object.fromEntries(bytes),
    "deep settings": seal(deep, tensors, metadata),
    "a manifest that is none": seal("[".repeat(scale.many), tensors, metadata),
    "no manifest": writeSafetensors({ tensors, metadata: { format: metadata.format! } }),
    "another format": writeSafetensors({ tensors, metadata: { ...metadata, format: "x" } }),
    "a wrong hash": writeSafetensors({ tensors, metadata: { ...metadata, manifest: `${metadata.manifest} ` } }),
  };
}

/** With the hash that the content has. */
function seal(manifest: string, tensors: Readonly<Tensors>, metadata: Readonly<Record<string, string>>): Uint8Array {
  const parts = Object.keys(tensors)
    .sort()
    .map((name) => {
      const { shape, values } = tensors[name]!;
      return `${name}:${shape.join("x")}:${sha256(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))}`;
    });
  return writeSafetensors({
    tensors,
    metadata: { ...metadata, manifest, sha256: sha256([manifest, ...parts].join("\n")) },
  });
}

function headers(sound: Uint8Array, { many }: Scale): Record<string, Uint8Array> {
  const tensor = '{"dtype":"F32","shape":[],"data_offsets":[0,0]}';
  return {
    "header of 2^63 bytes": Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x7b),
    "header of 30 MiB": headed(30 * 2 ** 20, "{"),
    "header without end": headed(1 << 20, "{"),
    "deep header": headed(0, "[".repeat(many)),
    "metadata that is a tensor": headed(0, `{"__metadata__":${tensor}}`),
    "tensor that is metadata": headed(0, '{"x":{"a":"b"}}'),
    "tensor of 1e308": headed(0, '{"x":{"dtype":"F32","shape":[1e308],"data_offsets":[0,4]}}'),
    "tensor of nothing, very large": headed(
      0,
      '{"x":{"dtype":"F32","shape":[0,9007199254740991],"data_offsets":[0,0]}}',
    ),
    "tensor elsewhere": headed(
      0,
      '{"x":{"dtype":"F32","shape":[1],"data_offsets":[9007199254740987,9007199254740991]}}',
    ),
    "many tensors": headed(0, `{${Array.from({ length: many / 10 }, (_, i) => `"t${i}":${tensor}`).join(",")}}`),
    "the prototype": headed(0, `{"__proto__":${tensor}}`),
    "cut short": sound.subarray(0, sound.length / 2),
  };
}

function headed(length: number, json: string): Uint8Array {
  const text = new TextEncoder().encode(json);
  const bytes = new Uint8Array(8 + Math.max(text.length, length));
  new DataView(bytes.buffer).setBigUint64(0, BigInt(bytes.length - 8), true);
  bytes.set(text, 8);
  return bytes;
}
