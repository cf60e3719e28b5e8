// Packages that are installed with litepred, from package-lock.json: with version and licence in docs/dependencies.md, and as a bill of
// materials (CycloneDX) in docs/sbom.cdx.json. Usage: node scripts/dependencies.mjs [--check]
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const root = new URL("../", import.meta.url);
const { packages } = JSON.parse(readFileSync(new URL("package-lock.json", root), "utf8"));
const found = Object.entries(packages).filter(([path, { dev }]) => path !== "" && !dev);
const nameOf = (path) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
const unstated = "not stated";
const rows = found.map(
  ([path, { version, license = unstated, optional }]) =>
    `| ${nameOf(path)} | ${version} | ${license} | ${optional ? "where the system fits" : "yes"} |`,
);
const page = `# Packages that are installed with litepred

Written by \`node scripts/dependencies.mjs\` from package-lock.json. None runs a script when it is installed that litepred needs
(\`npm ci --ignore-scripts && npm run build\` works). The same as a bill of materials in CycloneDX form: [sbom.cdx.json](sbom.cdx.json).

| package | version | licence | always |
|---|---|---|---|
${rows.join("\n")}
`;
const { name, version, license } = packages[""];
const purlOf = (path, its) => `pkg:npm/${nameOf(path).replace("@", "%40")}@${its}`;
/** `sha512-<base64>` as hexadecimal digits. */
const hashOf = (integrity) => ({ alg: "SHA-512", content: Buffer.from(integrity.slice(7), "base64").toString("hex") });
const bill = {
  bomFormat: "CycloneDX",
  specVersion: "1.5",
  version: 1,
  metadata: { component: { type: "application", name, version, licenses: [{ expression: license }] } },
  components: found.map(([path, its]) => ({
    type: "library",
    "bom-ref": path,
    name: nameOf(path),
    version: its.version,
    scope: its.optional ? "optional" : "required",
    ...(its.license && { licenses: [{ expression: its.license }] }),
    purl: purlOf(path, its.version),
    ...(its.integrity?.startsWith("sha512-") && { hashes: [hashOf(its.integrity)] }),
  })),
};
const files = { "docs/dependencies.md": page, "docs/sbom.cdx.json": `${JSON.stringify(bill, null, 2)}\n` };
for (const [path, content] of Object.entries(files)) {
  const file = new URL(path, root);
  if (!process.argv.includes("--check")) writeFileSync(file, content);
  else if (!existsSync(file) || readFileSync(file, "utf8") !== content) {
    process.stderr.write(`${path} is stale: node scripts/dependencies.mjs\n`);
    process.exitCode = 1;
  }
}
