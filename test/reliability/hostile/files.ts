/** What stands where a file is expected: pipes, folders, endless devices, files of zeros. */
import { spawnSync } from "node:child_process";
import { closeSync, ftruncateSync, mkdirSync, openSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface HostileFile {
  readonly name: string;
  readonly path: string;
}

/** How large the large ones are. */
export interface Scale {
  /** Columns, rows, levels. */
  readonly many: number;
  /** Of a file that is long. */
  readonly bytes: number;
  /** Of a file of zeros, which takes no space. */
  readonly sparseBytes: number;
}

export const fullScale: Scale = { many: 1_000_000, bytes: 50_000_000, sparseBytes: 3 * 2 ** 30 };
export const shortScale: Scale = { many: 20_000, bytes: 1_000_000, sparseBytes: 3 * 2 ** 30 };

/** Files called `name`, each in a folder of its own below `root`. Devices and pipes only where there are any. */
export function oddFiles(root: string, prefix: string, name: string, { sparseBytes }: Scale): HostileFile[] {
  const place = (what: string) => {
    const folder = join(root, `${prefix} ${what}`);
    mkdirSync(folder, { recursive: true });
    return { name: what, path: join(folder, name) };
  };
  const [folder, empty, sparse] = [place("a folder"), place("nothing in it"), place("zeros")];
  mkdirSync(folder.path);
  writeFileSync(empty.path, "");
  const file = openSync(sparse.path, "w");
  ftruncateSync(file, sparseBytes);
  closeSync(file);
  if (process.platform === "win32") return [folder, empty, sparse];
  const [pipe, device, circle] = [place("a pipe"), place("a device without end"), place("a link to itself")];
  spawnSync("mkfifo", [pipe.path]);
  symlinkSync("/dev/zero", device.path);
  symlinkSync(circle.path, circle.path);
  return [folder, empty, sparse, pipe, device, circle];
}
