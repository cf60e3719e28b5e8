/** A model's kernels in the terminal: as a list, or as a tree of its blocks, each with what it holds. */
import { type Block, blockTree, kernelsIn, shortConfig } from "../analysis/index.js";
import { count, printable, shortened } from "../base/index.js";
import type { KernelReport } from "../jobs/predict.js";
import { fittedTable } from "./fitting.js";

type ListedKernel = KernelReport["kernels"][number];

export function kernelTree({ model, kernels }: KernelReport, width: number): string {
  const root = { ...blockTree(kernels), name: model };
  const lines = [lineFor("", root), ...branches(root, "")];
  const figures = columnsFor(lines, width);
  const room = figures.reduce((left, { size }) => left - size - 2, width);
  return lines
    .map((line) => {
      const indent = line.indent.slice(-Math.floor(room / 2));
      const name = indent + shortened(printable(line.text), room - indent.length);
      return [name.padEnd(room), ...figures.map(({ of, size }) => of(line).padStart(size))].join("  ").trimEnd();
    })
    .join("\n");
}

/** Names need this much; figures that leave less are left out, the counts first. Choice. */
const leastRoom = 24;

function columnsFor(lines: readonly Line[], width: number) {
  const all = [({ count }: Line) => count, ({ flops }: Line) => flops].map((of) => ({
    of,
    size: Math.max(...lines.map((line) => of(line).length)),
  }));
  const fits = (figures: typeof all) => figures.reduce((left, { size }) => left - size - 2, width) >= leastRoom;
  return [all, all.slice(1)].find(fits) ?? [];
}

interface Line {
  readonly indent: string;
  readonly text: string;
  readonly count: string;
  readonly flops: string;
}

function branches(block: Block<ListedKernel>, indent: string): Line[] {
  return block.children.flatMap((child, i) => {
    const isLast = i === block.children.length - 1;
    const own = `${indent}${isLast ? "└─ " : "├─ "}`;
    if ("kernel" in child) return [leaf(own, lastPart(child.kernel.name), child.kernel)];
    const [only, ...others] = child.children;
    if (only !== undefined && others.length === 0 && "kernel" in only)
      return [leaf(own, `${child.name}/${lastPart(only.kernel.name)}`, only.kernel)];
    return [lineFor(own, child), ...branches(child, `${indent}${isLast ? "   " : "│  "}`)];
  });
}

const lastPart = (name: string) => name.slice(name.lastIndexOf("/") + 1);
const megaflops = (flops: number) => `${(flops / 1e6).toFixed(2)} MFLOPs`;

function leaf(indent: string, name: string, { type, config, flops }: ListedKernel): Line {
  return { indent, text: `${name}  ${type} ${shortConfig(config)}`, count: "", flops: megaflops(flops) };
}

function lineFor(indent: string, block: Block<ListedKernel>): Line {
  const own = kernelsIn(block);
  const flops = own.reduce((total, kernel) => total + kernel.flops, 0);
  return {
    indent,
    text: block.name,
    count: count(own.length, "kernel"),
    flops: megaflops(flops),
  };
}

export function kernelList({ kernels: found }: KernelReport): string {
  return fittedTable([
    { head: "kernel", cells: found.map(({ name }) => name), least: 20 },
    { head: "type", cells: found.map(({ type }) => type), least: 14, expendable: 2 },
    { head: "config", cells: found.map(({ config }) => shortConfig(config)), least: 22 },
    { head: "MFLOPs", cells: found.map(({ flops }) => (flops / 1e6).toFixed(2)) },
    { head: "k params", cells: found.map(({ params }) => (params / 1e3).toFixed(1)), expendable: 1 },
  ]);
}
