/** The members of the family; each is loaded when it is asked for. */
import type { ComputeBackend } from "../../base/index.js";
import type { TransferMethod } from "../types.js";

export const transferMethodNames = ["default", "litepred", "litepred-median", "litepred-highest"] as const;
export type TransferMethodName = (typeof transferMethodNames)[number];

/** `backend` trains the networks of the methods that have some. */
export async function loadTransferMethod(name: TransferMethodName, backend: ComputeBackend): Promise<TransferMethod> {
  switch (name) {
    case "default":
      return (await import("./default.js")).defaultMethod;
    case "litepred":
      return (await import("./litepred.js")).createLitepredMethod(backend);
    case "litepred-median":
      return (await import("./litepred.js")).createLitepredMethod(backend, undefined, "median");
    case "litepred-highest":
      return (await import("./litepred.js")).createLitepredMethod(backend, undefined, "highest");
    default:
      return name satisfies never;
  }
}
