// Preloaded by disk-full.mjs (node --import): from the FULL_AT-th write below FULL_ROOT on, the disk is full. Half of that write still fits.
// FULL_COUNT names a file (elsewhere) that is told how many writes there were.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { resolve } from "node:path";

const { FULL_AT = "Infinity", FULL_ROOT, FULL_COUNT } = process.env;
const sound = { ...fs };
const soundPromises = { ...fs.promises };
const paths = new Map();
let writes = 0;

const isOurs = (path) => typeof path === "string" && resolve(path).startsWith(`${FULL_ROOT}/`);
const isFull = (path) => isOurs(path) && ++writes >= Number(FULL_AT);
// As the system tells it: who fails to write is not told a name.
const full = (syscall, path) =>
  Object.assign(new Error(`ENOSPC: no space left on device, ${syscall}${path ? ` '${path}'` : ""}`), {
    ...{ errno: -28, code: "ENOSPC", syscall },
    ...(path && { path }),
  });
const half = (content) => content?.slice?.(0, Math.floor(content.length / 2)) ?? "";

fs.openSync = (path, flags, ...rest) => {
  const makes = /[wax]/.test(String(flags ?? "r")) && !sound.existsSync(path);
  if (makes && isFull(path)) throw full("open", path);
  const file = sound.openSync(path, flags, ...rest);
  paths.set(file, path);
  return file;
};
fs.closeSync = (file) => {
  paths.delete(file);
  sound.closeSync(file);
};
fs.writeSync = (file, content, ...rest) => {
  if (!isFull(paths.get(file))) return sound.writeSync(file, content, ...rest);
  // What is written in part is tried again by the caller: that one fails.
  if (writes === Number(FULL_AT) && half(content).length > 0) return sound.writeSync(file, half(content));
  throw full("write");
};
for (const name of ["writeFileSync", "appendFileSync"])
  fs[name] = (path, content, options) => {
    if (!isFull(path)) return sound[name](path, content, options);
    if (writes === Number(FULL_AT)) sound[name](path, half(content), options);
    throw full("write");
  };
fs.mkdirSync = (path, ...rest) => {
  if (!sound.existsSync(path) && isFull(path)) throw full("mkdir", path);
  return sound.mkdirSync(path, ...rest);
};
fs.renameSync = (from, to) => {
  // An entry in a folder may need space of its own.
  if (!sound.existsSync(to) && isFull(to)) throw Object.assign(full("rename", from), { dest: to });
  return sound.renameSync(from, to);
};
for (const name of ["writeFile", "appendFile"])
  fs.promises[name] = async (path, content, options) => {
    if (!isFull(path)) return soundPromises[name](path, content, options);
    if (writes === Number(FULL_AT)) await soundPromises[name](path, half(content), options);
    throw full("write");
  };
for (const name of ["mkdir", "mkdtemp"])
  fs.promises[name] = async (path, ...rest) => {
    if (!sound.existsSync(path) && isFull(path)) throw full(name, path);
    return soundPromises[name](path, ...rest);
  };
syncBuiltinESMExports();
if (FULL_COUNT) process.on("exit", () => sound.writeFileSync(FULL_COUNT, String(writes)));
