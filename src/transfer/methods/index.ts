/** The members of the family; each is loaded when it is asked for. */
import type { TransferMethod } from "../types.js";

export const transferMethodNames = ["default"] as const;
export type TransferMethodName = (typeof transferMethodNames)[number];

export async function loadTransferMethod(name: TransferMethodName): Promise<TransferMethod> {
  switch (name) {
    case "default":
      return (await import("./default.js")).defaultMethod;
    default:
      return name satisfies never;
  }
}
