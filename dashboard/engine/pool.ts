/** The pool as files under one address: the list at once, a platform's predictor when it is first asked for. */

import { type Ceilings, ceilingsOf } from "../../src/analysis/index.js";
import { LitepredError } from "../../src/base/index.js";
import { loadPlatformPredictor, type PlatformPredictor, readArtefact } from "../../src/predictors/index.js";
import type { Measured } from "../../src/server/measured.js";
import type { PoolPlatform } from "./protocol.js";

export interface LoadedPlatform {
  readonly predictor: PlatformPredictor;
  ceilings(): Promise<Ceilings>;
  /** What was measured there; empty where nothing was passed on. */
  measured(): Promise<Measured>;
}

export interface BrowserPool {
  list(): Promise<readonly PoolPlatform[]>;
  load(platform: string): Promise<LoadedPlatform>;
}

export function openPool(address: string): BrowserPool {
  let listed: Promise<readonly PoolPlatform[]> | undefined;
  const loaded = new Map<string, Promise<LoadedPlatform>>();
  const list = () => (listed ??= fetchFile(`${address}index.json`).then((response) => response.json()));
  return {
    list,
    load(platform) {
      const known = loaded.get(platform);
      if (known !== undefined) return known;
      const fresh = list().then((all) => load(address, all, platform));
      loaded.set(platform, fresh);
      fresh.catch(() => loaded.delete(platform));
      return fresh;
    },
  };
}

async function load(address: string, all: readonly PoolPlatform[], platform: string): Promise<LoadedPlatform> {
  const entry = all.find((candidate) => candidate.platform === platform);
  if (entry === undefined)
    throw new LitepredError(
      "no-predictor",
      `there is no predictor for platform "${platform}"`,
      "choose one of the pool",
    );
  const response = await fetchFile(address + encodeURIComponent(entry.file));
  const predictor = await loadPlatformPredictor(readArtefact(new Uint8Array(await response.arrayBuffer())));
  let ceilings: Promise<Ceilings> | undefined;
  let measured: Promise<Measured> | undefined;
  const fetchMeasured = async () =>
    (await fetchFile(address + encodeURIComponent(entry.file.replace(/\.safetensors$/, ".measured.json")))).json();
  return {
    predictor,
    ceilings: () => (ceilings ??= ceilingsOf(predictor)),
    measured: () => (measured ??= fetchMeasured().catch((): Measured => ({ kernels: {} }))),
  };
}

async function fetchFile(address: string): Promise<Response> {
  const response = await fetch(address, { headers: tokenHeader() });
  if (!response.ok) throw new LitepredError("unreadable-file", `${address}: ${response.status} ${response.statusText}`);
  return response;
}

/** A server that listens beyond its own machine asks for the token that it printed with its address. */
function tokenHeader(): Record<string, string> {
  const token = new URL(self.location.href).searchParams.get("token");
  return token === null ? {} : { authorization: `Bearer ${token}` };
}
