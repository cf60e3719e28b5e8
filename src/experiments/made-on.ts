/** What every report says of where it comes from. */
import { spawnSync } from "node:child_process";
import { packagePath } from "../base/index.js";
import { readCpuFacts } from "../platforms/index.js";
import { today } from "./markdown.js";

export interface MadeOn {
  readonly date: string;
  readonly cpu: string;
  /** Of the code, with `+` where files were changed since; undefined where it is no checkout. */
  readonly commit?: string | undefined;
}

export const madeOn = (): MadeOn => ({ date: today(), cpu: readCpuFacts().model, commit: commitOf(packagePath()) });

/** In words of a page. */
export const madeOnText = ({ date, cpu, commit }: MadeOn): string =>
  `on ${date}, ${cpu}${commit === undefined ? "" : `, commit ${commit}`}`;

function commitOf(folder: string): string | undefined {
  const git = (...args: string[]) => spawnSync("git", ["-C", folder, ...args], { encoding: "utf8" });
  const head = git("rev-parse", "--short=10", "HEAD");
  // Installed below another checkout, the commit would be that one's.
  if (head.status !== 0 || git("rev-parse", "--show-prefix").stdout.trim() !== "") return undefined;
  const changed = git("status", "--porcelain", "--untracked-files=no").stdout?.trim() !== "";
  return `${head.stdout.trim()}${changed ? "+" : ""}`;
}
