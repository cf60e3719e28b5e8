/** What the file system says no to, in words for people: the path, what is wrong, what to do. */
import { type ErrorCode, LitepredError } from "./errors.js";

const causes: Readonly<Record<string, readonly [what: string, todo: string]>> = {
  EACCES: ["permission denied", "check the permissions, or name another folder (--home for the workspace)"],
  EPERM: ["not permitted", "check the permissions, or name another folder (--home for the workspace)"],
  EROFS: ["the file system is read-only", "name a folder that can be written to (--home for the workspace)"],
  ENOTDIR: ["a file stands where a folder is needed", "name another folder (--home for the workspace)"],
  EEXIST: ["a file stands where a folder is needed", "name another folder (--home for the workspace)"],
  EISDIR: ["it is a folder, not a file", "name a file"],
  ENOENT: ["no such file or folder", "check the path"],
  ENOSPC: ["no space is left on the disk", "free some space; what was finished is kept"],
  EDQUOT: ["the disk quota is used up", "free some space; what was finished is kept"],
  EFBIG: ["the file would be larger than is allowed", "raise the limit (ulimit -f); what was finished is kept"],
  ENAMETOOLONG: ["the name is too long", "use a shorter one"],
  ELOOP: ["links lead in a circle", "check the path"],
  EMFILE: ["too many files are open", "raise the limit (ulimit -n)"],
  EIO: ["the disk reports an error", "check the disk"],
  EBUSY: ["it is in use", "try again later"],
};

/** How the system's own texts call the faults that libraries pass on as texts alone. */
const texts: Readonly<Record<string, string>> = {
  "No space left on device": "ENOSPC",
  "Disk quota exceeded": "EDQUOT",
  "File too large": "EFBIG",
  "Permission denied": "EACCES",
  "Read-only file system": "EROFS",
  "Input/output error": "EIO",
};

/** The same for an error that a library only describes; undefined where no fault of the file system is named in it. */
export function saidFault(error: unknown, path: string): LitepredError | undefined {
  if (!(error instanceof Error)) return undefined;
  const text = Object.keys(texts).find((known) => error.message.includes(known));
  if (text === undefined) return undefined;
  const [what, todo] = causes[texts[text]!]!;
  return new LitepredError("file-system", `${path}: ${what}`, todo);
}

const renamed = "no file can be called so: what names it is damaged";

/** The fault as a typed error; undefined for what does not come from the file system. */
export function fileFault(error: unknown, code: ErrorCode = "file-system"): LitepredError | undefined {
  if (!(error instanceof Error) || error instanceof LitepredError) return undefined;
  // Node refuses such a name before the system sees it.
  if (/without null bytes/.test(error.message))
    return new LitepredError(code, "a file's name has a NUL in it", renamed);
  const { code: cause = "", path, dest } = error as NodeJS.ErrnoException & { dest?: string };
  if (!Object.hasOwn(causes, cause)) return undefined;
  const [what, todo] = causes[cause]!;
  const where = dest ?? path;
  return new LitepredError(code, where === undefined ? what : `${where}: ${what}`, todo, { cause });
}
