/** This machine's GPU, as its driver tells without root: NVIDIA's on Linux. Others are not told apart. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const nvidiaFolder = "/proc/driver/nvidia/gpus";

/** Model name of the first GPU, e.g. `NVIDIA H100 80GB HBM3`; undefined where no driver tells. */
export function readGpuModel(folder = nvidiaFolder): string | undefined {
  try {
    const [first] = readdirSync(folder).sort();
    if (first === undefined) return undefined;
    return /^Model:\s*(.+?)\s*$/m.exec(readFileSync(join(folder, first, "information"), "utf8"))?.[1];
  } catch {
    return undefined;
  }
}

/** `NVIDIA H100 80GB HBM3` → `h100-80gb-hbm3`. */
export const gpuSlug = (model: string): string =>
  model
    .toLowerCase()
    .replace(/\b(nvidia|geforce|tesla)\b/g, " ")
    .split(/[^a-z0-9.]+/)
    .filter((part) => part !== "")
    .join("-");
