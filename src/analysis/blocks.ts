/**
 * Kernels in blocks, so that a model of a thousand is looked at as some tens of boxes: by the folders in their names where the exporter
 * kept them, else by runs of equal length in the order they are executed.
 */

/** More boxes than this are no overview. Choice. */
const mostBlocks = 60;
/** Fewer tell nothing. Choice. */
const fewestBlocks = 4;
/** Without names: so many. Choice. */
const runs = 40;

/** For each kernel the name of its block, in order. */
export function blocksOf(names: readonly string[]): string[] {
  const paths = names.map((name) => name.split(/[/.]/).filter((part) => part !== ""));
  const deepest = paths.reduce((most, path) => Math.max(most, path.length), 1);
  let found: string[] | undefined;
  for (let depth = 1; depth < deepest; depth++) {
    const blocks = paths.map((path) => commonPrefix(path, depth));
    const count = new Set(blocks).size;
    if (count > mostBlocks) break;
    if (count >= fewestBlocks) found = blocks;
  }
  return found ?? equalRuns(names);
}

/** Its last part names the operator itself, which is no folder. */
const commonPrefix = (path: readonly string[], depth: number): string =>
  path.slice(0, Math.max(1, Math.min(depth, path.length - 1))).join("/");

function equalRuns(names: readonly string[]): string[] {
  if (names.length <= runs) return [...names];
  const length = Math.ceil(names.length / runs);
  return names.map((_, i) => {
    const first = Math.floor(i / length) * length;
    return `kernels ${first + 1}–${Math.min(first + length, names.length)}`;
  });
}
