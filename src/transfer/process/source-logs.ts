import { invariant } from "../../base/index.js";
import type { KernelConfig } from "../../kernels/index.js";
import type { Source } from "../types.js";
import type { Table } from "./columns.js";

/** ln ms, configs × sources. */
export async function sourceLogs(sources: readonly Source[], configs: readonly KernelConfig[]): Promise<Table> {
  const values = new Float64Array(configs.length * sources.length);
  for (const [s, source] of sources.entries()) {
    const latencies = await source.latencies(configs);
    for (let i = 0; i < configs.length; i++) {
      const latency = latencies[i]!;
      invariant(latency > 0 && Number.isFinite(latency), `source ${source.platform} predicts ${latency} ms`);
      values[i * sources.length + s] = Math.log(latency);
    }
  }
  return { rows: configs.length, columns: sources.length, values };
}
