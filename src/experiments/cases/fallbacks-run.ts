/** The kernels that the workspace has measured on a platform, each estimated without a predictor of its type. */
import { LitepredError } from "../../base/index.js";
import { isKernelTypeName } from "../../kernels/index.js";
import { kernelRows, openStore } from "../../measurements/index.js";
import { openPool } from "../../pool/index.js";
import { openLocalPlatform } from "../../workspace/index.js";
import { describeFallbacks, type FallbackReport } from "./fallbacks.js";

/** @throws LitepredError `no-data` where nothing is measured, `no-predictor`. */
export async function evaluateFallbacks(home: string, platform: string): Promise<FallbackReport> {
  const id = platform.startsWith("local/") ? (await openLocalPlatform(platform, home)).id : platform;
  const { general } = openPool(home).load(id);
  const store = await openStore(home);
  try {
    const measured = await store.query({ platform: id, kind: "kernel", every: true });
    const rows = kernelRows(measured).filter(({ type }) => isKernelTypeName(type));
    if (rows.length > 0) return describeFallbacks(general, rows);
  } finally {
    await store.close();
  }
  throw new LitepredError(
    "no-data",
    `the workspace has no kernels measured on ${id}`,
    "litepred profile measures some; litepred pool add takes in those that ship",
  );
}
