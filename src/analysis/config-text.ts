/**
 * A kernel's config in a few words: `3×3 s2 3→16 @224 relu6` instead of a dozen `name=value`. Fields are told by their names, so
 * that kernel types to come are shown too; what a field usually is (one group, no dilation, batch 1) is left out.
 */
import type { KernelConfig } from "../kernels/index.js";

type Left = Map<string, number | string>;

/** Each takes the fields it speaks of and says them; undefined where they are absent or not worth a word. In the order of the text. */
const phrases: readonly ((left: Left) => string | undefined)[] = [
  (left) => wordOf(left, "operator"),
  (left) => pair(left, "kernelH", "kernelW", "×"),
  strides,
  (left) => unless(left, "dilation", 1, (value) => `d${value}`),
  (left) => unless(left, "groups", 1, (value) => `g${value}`),
  product,
  channels,
  sizes,
  (left) => pair(left, "outH", "outW", "×", "→"),
  heads,
  dimensions,
  (left) => pair(left, "rows", "columns", "×"),
  flow,
  (left) => unless(left, "inner", 1, (value) => `inner ${value}`),
  (left) => unless(left, "batch", 1, (value) => `n${value}`),
];

export function shortConfig(config: KernelConfig): string {
  const left: Left = new Map(Object.entries(config));
  const words = phrases.map((phrase) => phrase(left)).filter((word) => word !== undefined);
  return [...words, ...rest(left)].join(" ");
}

/** Choices that say nothing. */
const usual = new Set(["none", "same", "no"]);
/** Fields whose value is understood without their name. */
const plainFields = new Set([
  "activation",
  "add",
  "broadcast",
  "direction",
  "padding",
  "operator",
  "form",
  "mode",
  "coordinate",
  "order",
]);

function rest(left: Left): string[] {
  return [...left].flatMap(([name, value]) => {
    if (usual.has(String(value)) || (name === "bias" && value === "yes")) return [];
    if (plainFields.has(name)) return [name === "add" ? "+add" : String(value)];
    return [`${name} ${value}`];
  });
}

function take(left: Left, name: string): number | string | undefined {
  const value = left.get(name);
  left.delete(name);
  return value;
}

const has = (left: Left, ...names: string[]) => names.every((name) => left.has(name));

function wordOf(left: Left, name: string): string | undefined {
  return typeof left.get(name) === "string" ? String(take(left, name)) : undefined;
}

function unless(left: Left, name: string, common: number, text: (value: number | string) => string) {
  const value = take(left, name);
  return value === undefined || value === common ? undefined : text(value);
}

function pair(left: Left, first: string, second: string, between: string, before = ""): string | undefined {
  if (!has(left, first, second)) return undefined;
  return `${before}${take(left, first)}${between}${take(left, second)}`;
}

function strides(left: Left): string | undefined {
  if (!has(left, "strideH", "strideW")) return undefined;
  const [h, w] = [take(left, "strideH"), take(left, "strideW")];
  if (h === w) return h === 1 ? undefined : `s${h}`;
  return `s${h}×${w}`;
}

/** Matrix products: rows × in → out, or (m × k) · (k × n). */
function product(left: Left): string | undefined {
  if (has(left, "rows", "cin", "cout")) return `${take(left, "rows")}×${take(left, "cin")}→${take(left, "cout")}`;
  if (!has(left, "m", "k", "n")) return undefined;
  const [m, k, n] = [take(left, "m"), take(left, "k"), take(left, "n")];
  const batch = take(left, "batch") ?? 1;
  return `${batch === 1 ? "" : `${batch}·`}[${m}×${k}]·[${k}×${n}]`;
}

function channels(left: Left): string | undefined {
  if (has(left, "cin", "cout")) return `${take(left, "cin")}→${take(left, "cout")}`;
  if (!has(left, "cin", "multiplier")) return undefined;
  const [cin, multiplier] = [take(left, "cin"), take(left, "multiplier")];
  return multiplier === 1 ? `${cin}ch` : `${cin}ch ×${multiplier}`;
}

/** Height and width: behind an @ where channels stand before it, else the whole tensor. */
function sizes(left: Left): string | undefined {
  if (!has(left, "h", "w")) return undefined;
  const [h, w] = [take(left, "h"), take(left, "w")];
  if (left.has("c")) return `${take(left, "c")}×${h}×${w}`;
  return h === w ? `@${h}` : `@${h}×${w}`;
}

/** Elements in and out, of what only moves them. */
function flow(left: Left): string | undefined {
  if (!has(left, "input", "output")) return undefined;
  const [input, output] = [take(left, "input"), take(left, "output")];
  return input === output ? `${input}` : `${input}→${output}`;
}

function heads(left: Left): string | undefined {
  if (!has(left, "heads", "queries", "keys")) return undefined;
  const text = `${take(left, "heads")} heads ${take(left, "queries")}×${take(left, "keys")}`;
  const [own, value] = [take(left, "headDim"), take(left, "valueDim")];
  return own === undefined ? text : `${text} d${own}${value === undefined || value === own ? "" : `/${value}`}`;
}

/** d0, d1, …: a shape, without the ones behind it. */
function dimensions(left: Left): string | undefined {
  const shape: (number | string)[] = [];
  while (left.has(`d${shape.length}`)) shape.push(take(left, `d${shape.length}`)!);
  while (shape.length > 1 && shape.at(-1) === 1) shape.pop();
  return shape.length === 0 ? undefined : shape.join("×");
}
