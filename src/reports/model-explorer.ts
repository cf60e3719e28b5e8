/**
 * Node data for Model Explorer ("Add per-node data"): milliseconds by the name of an output tensor. The file has one value a node, so it
 * is of one model on one platform; a kernel's time stands at the first of its nodes.
 */
import type { ReportedPlatform } from "./report-data.js";

const gradient = [
  { stop: 0, bgColor: "#ffffff" },
  { stop: 0.2, bgColor: "#fde6c8" },
  { stop: 1, bgColor: "#d9480f" },
] as const;

export function modelExplorerData({ kernels }: ReportedPlatform): string {
  const values = new Map<string, number>();
  for (const { outputs, latencyMs } of kernels)
    for (const output of outputs.slice(0, 1)) values.set(output, (values.get(output) ?? 0) + latencyMs);
  const results = Object.fromEntries([...values].map(([output, value]) => [output, { value }]));
  return JSON.stringify({ results, gradient }, null, 1);
}
