/** What the views share: the pool, the models that are open, and what was predicted of them, each asked for once. */
import { signal } from "@preact/signals";
import { engine } from "./engine/client.js";
import type { ModelFacts, ModelInput, PoolPlatform, Prediction, Total } from "./engine/protocol.js";
import { keepFile, keptFile } from "./files.js";

export interface OfferedModel {
  readonly file: string;
  readonly name: string;
}

export type Later<T> = { readonly value: T } | { readonly error: { message: string; hint?: string } } | undefined;

export const platforms = signal<Later<readonly PoolPlatform[]>>(undefined);
export const offered = signal<readonly OfferedModel[]>([]);
/** By the key in links: names of the models that were opened here. */
export const opened = signal<ReadonlyMap<string, string>>(new Map());
export const level = signal(0.9);

const files = new Map<string, File>();

export async function loadPool(): Promise<void> {
  platforms.value = await later(engine.pool());
  const response = await fetchHere("models/index.json").catch(() => undefined);
  if (response?.ok) offered.value = await response.json();
  // One after the other, so that a model that is dropped meanwhile is read in between.
  if (platforms.value && "value" in platforms.value)
    for (const { platform } of platforms.value.value) await engine.prepare(platform).catch(() => undefined);
}

/** From where the page came from, with the token that it was opened with. */
export function fetchHere(path: string, init: RequestInit = {}): Promise<Response> {
  const token = new URLSearchParams(location.search).get("token");
  const headers = new Headers(init.headers);
  if (token !== null) headers.set("authorization", `Bearer ${token}`);
  return fetch(path, { ...init, headers });
}

export async function later<T>(promise: Promise<T>): Promise<Later<T>> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error: error as { message: string; hint?: string } };
  }
}

/** Opens a file and returns its key: what stands for it in links. */
export async function openFile(file: File): Promise<string> {
  const key = `${file.name}:${file.size}`;
  files.set(key, file);
  opened.value = new Map([...opened.value, [key, file.name]]);
  await keepFile(key, file);
  return key;
}

const facts = new Map<string, Promise<ModelFacts>>();

/** `key` of a file, or `offer:<path>` of a model that the server offers. */
export function openModel(key: string, inputs: readonly ModelInput[]): Promise<ModelFacts> {
  const whole = `${key} ${JSON.stringify(inputs)}`;
  return remember(facts, whole, async () => {
    const file = await fileOf(key);
    const model = await engine.open(file.name, file, inputs);
    opened.value = new Map([...opened.value, [key, model.name]]);
    return model;
  });
}

export async function fileOf(key: string): Promise<File> {
  const known =
    files.get(key) ?? (key.startsWith("offer:") ? await fetchOffer(key.slice("offer:".length)) : await keptFile(key));
  if (known === undefined)
    throw {
      message: `${key.replace(/:\d+$/, "")} is not at hand in this browser`,
      hint: "drop the file again: it was never uploaded",
    };
  files.set(key, known);
  return known;
}

async function fetchOffer(path: string): Promise<File> {
  const response = await fetchHere(`models/${path.split("/").map(encodeURIComponent).join("/")}`);
  if (!response.ok)
    throw { message: `${path} is not offered here (${response.status})`, hint: "drop the file instead" };
  return new File([await response.blob()], path.slice(path.lastIndexOf("/") + 1));
}

const predictions = new Map<string, Promise<Prediction>>();
const totals = new Map<string, Promise<Total>>();

export const predict = (model: string, platform: string): Promise<Prediction> =>
  remember(predictions, `${model} ${platform} ${level.value}`, () => engine.predict(model, platform, level.value));

export const total = (model: string, platform: string): Promise<Total> =>
  remember(totals, `${model} ${platform} ${level.value}`, () => engine.total(model, platform, level.value));

function remember<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const found = known.get(key);
  if (found !== undefined) return found;
  const fresh = make();
  known.set(key, fresh);
  fresh.catch(() => known.delete(key));
  return fresh;
}

/** `x:1x3x224x224;y:1x8` as in links. */
export const inputsText = (inputs: readonly ModelInput[]): string =>
  inputs.map(({ name, shape }) => `${name}:${shape.join("x")}`).join(";");

export const parseInputs = (text: string | undefined): ModelInput[] =>
  (text ?? "").split(";").flatMap((part) => {
    const at = part.lastIndexOf(":");
    const shape = part
      .slice(at + 1)
      .split("x")
      .map(Number);
    return at > 0 && shape.every((size) => Number.isInteger(size) && size > 0)
      ? [{ name: part.slice(0, at), shape }]
      : [];
  });
