// The page as static files in dist/page: the same readers, kernels and predictors as the command line's, compiled for a browser.
// Few modules of Node are asked for on that way; dashboard/node stands for them, and the rules of fusion travel in the bundle.
import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const standIns = { crypto: "crypto", fs: "fs", path: "path", url: "path", os: "os", worker_threads: "worker_threads" };

const browserNode = {
  name: "browser-node",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, importer }) => {
      const stand = standIns[path.slice("node:".length)];
      if (stand === undefined)
        return { errors: [{ text: `${path}, imported by ${importer}, has no stand-in in dashboard/node` }] };
      return { path: join(root, "dashboard", "node", `${stand}.ts`) };
    });
    onResolve({ filter: /^virtual:package-files$/ }, ({ path }) => ({ path, namespace: "package-files" }));
    onLoad({ filter: /.*/, namespace: "package-files" }, () => ({ contents: packageFiles(), loader: "js" }));
  },
};

function packageFiles() {
  const folder = "data/fusion-rules";
  const files = {
    "package.json": JSON.stringify({ version: JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version }),
  };
  for (const name of readdirSync(join(root, folder)).filter((name) => name.endsWith(".json")))
    files[`${folder}/${name}`] = JSON.stringify(JSON.parse(readFileSync(join(root, folder, name), "utf8")));
  return `export const packageFiles = ${JSON.stringify(files)};`;
}

export async function bundleDashboard(outdir = join(root, "dist", "page")) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: {
      app: "dashboard/app.tsx",
      "engine-worker": "dashboard/engine/worker.ts",
      "layout-worker": "dashboard/layout/worker.ts",
      style: "dashboard/style.css",
    },
    outdir,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    // The page allows no code made of strings: zod is told before any schema is made.
    banner: { js: "globalThis.__zod_globalConfig={jitless:true};" },
    chunkNames: "chunks/[name]-[hash]",
    metafile: true,
    plugins: [browserNode],
    logLevel: "warning",
  });
  copyFileSync(join(root, "dashboard", "index.html"), join(outdir, "index.html"));
  return metafile;
}
