// Packages that are installed with litepred, with version and licence, from package-lock.json: docs/dependencies.md.
// Usage: node scripts/dependencies.mjs [--check]; a software bill of materials: npm sbom --sbom-format cyclonedx --omit dev
import { readFileSync, writeFileSync } from "node:fs";

const root = new URL("../", import.meta.url);
const { packages } = JSON.parse(readFileSync(new URL("package-lock.json", root), "utf8"));
const found = Object.entries(packages).filter(([path, { dev }]) => path !== "" && !dev);
const rows = found.map(([path, { version, license = "not stated", optional }]) => {
  const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
  return `| ${name} | ${version} | ${license} | ${optional ? "where the system fits" : "yes"} |`;
});
const page = `# Packages that are installed with litepred

Written by \`node scripts/dependencies.mjs\` from package-lock.json. None runs a script when it is installed that litepred needs
(\`npm ci --ignore-scripts && npm run build\` works). A bill of materials: \`npm sbom --sbom-format cyclonedx --omit dev\`.

| package | version | licence | always |
|---|---|---|---|
${rows.join("\n")}
`;
const file = new URL("docs/dependencies.md", root);
if (!process.argv.includes("--check")) writeFileSync(file, page);
else if (readFileSync(file, "utf8") !== page) {
  process.stderr.write("docs/dependencies.md is stale: node scripts/dependencies.mjs\n");
  process.exitCode = 1;
}
