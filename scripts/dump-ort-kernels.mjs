// Writes the nodes that ONNX Runtime runs for a model (optimisation level `all`) as JSON: node scripts/dump-ort-kernels.mjs MODEL.onnx [DIST]
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";

const [model, dist = "dist"] = process.argv.slice(2);
if (model === undefined) {
  console.error("usage: node scripts/dump-ort-kernels.mjs MODEL.onnx[.gz] [compiled folder, default dist]");
  process.exit(2);
}
const { ortNodes } = await import(pathToFileURL(resolve(dist, "test/detection/ort-nodes.js")).href);
const bytes = readFileSync(model);
console.log(JSON.stringify(await ortNodes(model.endsWith(".gz") ? gunzipSync(bytes) : model), null, 1));
