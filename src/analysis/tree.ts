/**
 * The blocks of a model as its names tell them: `/features/features.2/conv/Conv` lies in block features.2 of features. Names without
 * slashes say nothing; such kernels stand at the top. A block that holds nothing but another one is written as one (`features/features.0`).
 */
import { invariant } from "../base/index.js";

export interface Block<T> {
  /** Of this level; the root's is empty. */
  readonly name: string;
  readonly blocks: readonly Block<T>[];
  /** Its own, in running order, those of its blocks not counted. */
  readonly kernels: readonly T[];
  /** Blocks and kernels in running order. */
  readonly children: readonly (Block<T> | { readonly kernel: T })[];
}

interface Growing<T> {
  readonly name: string;
  readonly children: (Growing<T> | { readonly kernel: T })[];
}

const isBlock = <T>(child: Growing<T> | { readonly kernel: T }): child is Growing<T> => "children" in child;

/** Deeper nesting than any exporter makes: a file made to hurt. */
const deepest = 64;

export function blockTree<T extends { readonly name: string }>(kernels: readonly T[]): Block<T> {
  const root: Growing<T> = { name: "", children: [] };
  for (const kernel of kernels) {
    let place = root;
    for (const part of scopeOf(kernel.name)) place = openBlock(place, part);
    place.children.push({ kernel });
  }
  return settle(root, false);
}

/** Names of the blocks around a kernel. What the engine inserted is named after what it stands behind. */
function scopeOf(name: string): string[] {
  const path = name.slice(name.indexOf(":") + 1);
  return path
    .split("/")
    .filter((part) => part !== "")
    .slice(0, -1)
    .slice(0, deepest);
}

/** Blocks are opened anew when the model comes back to a name: running order is kept. */
function openBlock<T>(place: Growing<T>, name: string): Growing<T> {
  const last = place.children.at(-1);
  if (last !== undefined && isBlock(last) && last.name === name) return last;
  const block = { name, children: [] };
  place.children.push(block);
  return block;
}

function settle<T>(block: Growing<T>, mayMerge: boolean): Block<T> {
  const only = block.children[0];
  if (mayMerge && block.children.length === 1 && only !== undefined && isBlock(only))
    return settle({ name: `${block.name}/${only.name}`, children: only.children }, true);
  const children = block.children.map((child) => (isBlock(child) ? settle(child, true) : child));
  const blocks = children.filter((child): child is Block<T> => !("kernel" in child));
  const kernels = children.flatMap((child) => ("kernel" in child ? [child.kernel] : []));
  invariant(blocks.length + kernels.length === children.length, "a block or a kernel");
  return { name: block.name, blocks, kernels, children };
}

/** The kernels of a block and of all blocks in it, in running order. */
export function kernelsIn<T>(block: Block<T>): T[] {
  return block.children.flatMap((child) => ("kernel" in child ? [child.kernel] : kernelsIn(child)));
}
