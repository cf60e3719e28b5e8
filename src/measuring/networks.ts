/** Networks of the search spaces, measured whole. */
import { encoderOf, type LocalPlatform } from "../engines/index.js";
import type { Graph } from "../graph/index.js";
import { type Measurement, networkSubject, type Protocol, type Purpose, type Store } from "../measurements/index.js";
import { measureModels } from "../profiling/index.js";
import { type NamedNetwork, networkGraph } from "../sampling/index.js";

export interface NetworksRequest {
  readonly store: Store;
  readonly local: LocalPlatform;
  readonly networks: readonly NamedNetwork[];
  readonly purpose: Purpose;
  /** Which look at them, from 1; default 1. */
  readonly repeat?: number;
  readonly protocol: Protocol;
  readonly signal?: AbortSignal;
  /** Networks so far. */
  onProgress?(done: number, note?: string): void;
}

/** Measures what the store lacks, into the store. In the order of the networks. */
export async function measureNetworks(request: NetworksRequest): Promise<Measurement[]> {
  const { store, local, networks, purpose, repeat, protocol, signal } = request;
  const encode = encoderOf(local.description.format, local.platform.precision);
  const graphs = new Map<string, Graph>();
  for (const { name } of networks) graphs.set(name, await networkGraph(name));
  return measureModels({
    store,
    engine: local.engine,
    platform: local.platform,
    models: networks.map(({ name }) => ({ subject: networkSubject(name), bytes: () => encode(graphs.get(name)!) })),
    purpose,
    repeat,
    protocol,
    signal,
    onProgress: ({ done, total }) => request.onProgress?.(Math.round((networks.length * done) / total)),
  });
}
