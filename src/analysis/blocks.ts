/**
 * Kernels in blocks, so that a model of a thousand is looked at as some tens of boxes: by the folders in their names where the exporter
 * kept them, else by runs of equal length in the order they are executed.
 */

/** More boxes than this are no overview, and fewer tell nothing. Choices. */
const mostBlocks = 60;
const fewestBlocks = 8;
/** Without names: so many. Choice. */
const runs = 40;

/** For each kernel the name of its block, in order. The outermost folders that make enough of them. */
export function blocksOf(names: readonly string[]): string[] {
  const separator = names.some((name) => name.includes("/")) ? "/" : ".";
  const paths = names.map((name) => name.split(separator).filter((part) => part !== ""));
  const deepest = paths.reduce((most, path) => Math.max(most, path.length), 1);
  for (let depth = 1; depth < deepest; depth++) {
    const blocks = paths.map((path) => folderOf(path, depth, separator));
    const count = new Set(blocks).size;
    if (count > mostBlocks) break;
    if (count >= fewestBlocks) return blocks;
  }
  return equalRuns(names);
}

/** Its last part names the operator itself, which is no folder. */
const folderOf = (path: readonly string[], depth: number, separator: string): string =>
  path.slice(0, Math.max(1, Math.min(depth, path.length - 1))).join(separator);

function equalRuns(names: readonly string[]): string[] {
  if (names.length <= runs) return [...names];
  const length = Math.ceil(names.length / runs);
  return names.map((_, i) => {
    const first = Math.floor(i / length) * length;
    return `kernels ${first + 1}–${Math.min(first + length, names.length)}`;
  });
}
