/** How long does it take here? With the core to itself, and as it just ran. */
import { measureFiles } from "../src/index.js";

export async function measure(file: string, home = ".litepred"): Promise<string> {
  const platform = "local/cpu/onnxruntime-node/fp32";
  const [measured] = await measureFiles({ home, models: [file], platform, protocol: "brief", again: true });
  if ("failed" in measured!) throw new Error(measured.failed);
  const { latencyMs, observedMs, slowdown } = measured!;
  return `${latencyMs.toFixed(2)} ms; just now ${observedMs.toFixed(2)} ms, the core was shared ×${slowdown.toFixed(2)}`;
}
