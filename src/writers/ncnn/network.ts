/**
 * Collects the layers of an ncnn network and writes its .param text and .bin weights. Knows the files' structure, nothing
 * of graphs: https://github.com/Tencent/ncnn/wiki/param-and-model-file-structure.
 */

/** Values by ncnn's parameter number; arrays get the number −23300 − n. */
export type Param = number | Real | readonly (number | Real)[];
export type Params = Readonly<Record<number, Param | undefined>>;
/** Weights as they stand in the .bin: `tagged` ones begin with a word that names their type. */
export type Weight =
  | { readonly values: Float32Array; readonly tagged: boolean }
  | { readonly values: Int8Array; readonly tagged: true };

interface Layer {
  readonly type: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly params: Params;
}

/** Of ncnn's text format, and of its weights' (src/net.cpp, src/modelbin.cpp). */
const magic = 7767517;
const float32Tag = 0;
const int8Tag = 0x000d4b38;

export function createNetwork() {
  const layers: Layer[] = [];
  const weights: Uint8Array[] = [];
  return {
    layer(
      type: string,
      inputs: readonly string[],
      outputs: readonly string[],
      params: Params = {},
      data: Weight[] = [],
    ) {
      layers.push({ type, name: `${type.toLowerCase()}_${layers.length}`, inputs, outputs, params });
      weights.push(...data.flatMap(weightBytes));
    },
    param: () => paramText(withSplits(layers)),
    bin: () => concatenated(weights),
  };
}
export type Network = ReturnType<typeof createNetwork>;

/** Every blob has one reader in ncnn: where a graph has several, a Split layer hands out the same memory. */
function withSplits(layers: readonly Layer[]): Layer[] {
  const readers = new Map<string, number>();
  for (const { inputs } of layers) for (const input of inputs) readers.set(input, (readers.get(input) ?? 0) + 1);
  const used = new Map<string, number>();
  const nameFor = (blob: string) => {
    if ((readers.get(blob) ?? 0) < 2) return blob;
    const copy = used.get(blob) ?? 0;
    used.set(blob, copy + 1);
    return `${blob}_split${copy}`;
  };
  return layers.flatMap((layer) => {
    const inputs = layer.inputs.map(nameFor);
    const splits = layer.outputs
      .filter((output) => (readers.get(output) ?? 0) > 1)
      .map((output) => ({
        type: "Split",
        name: `split_${output}`,
        inputs: [output],
        outputs: Array.from({ length: readers.get(output)! }, (_, copy) => `${output}_split${copy}`),
        params: {},
      }));
    return [{ ...layer, inputs }, ...splits];
  });
}

function paramText(layers: readonly Layer[]): string {
  const blobs = layers.reduce((count, { outputs }) => count + outputs.length, 0);
  const lines = layers.map(({ type, name, inputs, outputs, params }) =>
    [type, name, inputs.length, outputs.length, ...inputs, ...outputs, ...Object.entries(params).map(paramWord)].join(
      " ",
    ),
  );
  return `${[magic, `${layers.length} ${blobs}`, ...lines].join("\n")}\n`;
}

function paramWord([key, value]: [string, Param | undefined]): string {
  if (!Array.isArray(value)) return `${key}=${numberText(value as number | Real)}`;
  return `${-23300 - Number(key)}=${[value.length, ...value.map(numberText)].join(",")}`;
}

/** A real parameter: written with an exponent, by which ncnn tells it from a whole number. */
export interface Real {
  readonly real: number;
}
export const real = (value: number): Real => ({ real: value });

const numberText = (value: number | Real): string =>
  typeof value === "number" ? String(value) : value.real.toExponential(9);

function weightBytes(weight: Weight): Uint8Array[] {
  const { values, tagged } = weight;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (!tagged) return [bytes];
  const tag = values instanceof Int8Array ? int8Tag : float32Tag;
  // Quantised weights are padded to whole words.
  const padding = new Uint8Array((4 - (bytes.length % 4)) % 4);
  return [new Uint8Array(Uint32Array.of(tag).buffer), bytes, padding];
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
