// The command line as few files: loading the four hundred modules of a prediction one by one takes longer than predicting.
// Packages with native code, and CommonJS ones, stay outside. Beside it, the page.
import { build } from "esbuild";
import { bundleDashboard } from "./bundle-dashboard.mjs";

await Promise.all([
  build({
    entryPoints: ["dist/src/cli/main.js"],
    outdir: "dist/bundle",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    external: ["@duckdb/node-api", "cli-progress", "commander", "echarts", "onnxruntime-node"],
    logLevel: "warning",
  }),
  bundleDashboard(),
]);
