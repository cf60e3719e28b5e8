/** Accuracy over the number of kernels looked at, between real engines: transfer beside training from scratch. */
import { moreData } from "../more-data.js";
import { budgetVariants } from "../transfer/plan.js";
import type { TransferCell } from "../transfer/report.js";
import { type BudgetPanel, plotBudgets } from "./budget.js";

/** Mean over the seeds, within ±10 % in percent; more data stand at the budget that they are compared with. */
export function budgetPanels(cells: readonly TransferCell[]): BudgetPanel[] {
  const targets = [...new Set(cells.map(({ target }) => target))];
  const lines = [
    { name: "whole pool", sources: "all", factor: 1 },
    { name: "from scratch, same data", sources: "none", factor: 1 },
    { name: `from scratch, ${moreData}× the kernels`, sources: "none", factor: moreData },
  ] as const;
  const budgets = [...new Set(budgetVariants.filter(({ sources }) => sources === "all").map(({ kernels }) => kernels))];
  budgets.sort((a, b) => a - b);
  return targets.map((target) => ({
    title: target,
    lines: lines.map(({ name, sources, factor }) => ({
      name,
      dashed: factor === moreData,
      points: budgets.flatMap((kernels) => {
        const names = budgetVariants
          .filter((variant) => variant.sources === sources && variant.kernels === factor * kernels)
          .map((variant) => variant.name);
        const found = cells.filter((cell) => cell.target === target && names.includes(cell.variant));
        const total = found.reduce((sum, cell) => sum + cell.overall.within10, 0);
        return found.length === 0 ? [] : [[kernels, (100 * total) / found.length] as const];
      }),
    })),
  }));
}

export const plotTransfer = (cells: readonly TransferCell[]): string => plotBudgets(budgetPanels(cells));
