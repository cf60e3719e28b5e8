/** How long will this model take on a platform of the pool? */
import { loadPlatformPredictor, openPool, readModel } from "../src/index.js";

export async function predict(bytes: Uint8Array, platform: string, home = ".litepred") {
  const predictor = await loadPlatformPredictor(openPool(home).load(platform));
  const { latencyMs, interval, coverage, unpredicted } = await predictor.predict(readModel(bytes));
  await predictor.release();
  return { latencyMs, interval, coverage, unpredicted };
}
