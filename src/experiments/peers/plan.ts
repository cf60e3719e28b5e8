/** Which methods are tried on the peers' own data, on which devices, with how many measurements of the target. Pure. */
import { LitepredError, unknownName } from "../../base/index.js";
import type { PeerSpace } from "./data.js";

/** HELP's split of devices and architectures (its public code); devices of other names stay out, as there. */
export interface PeerSplit {
  readonly train: readonly string[];
  readonly valid: readonly string[];
  readonly test: readonly string[];
  /** The first so many architectures may be measured; on the devices to learn from, they all are. */
  readonly pool: number;
  /** The next so many are the published test. */
  readonly query: number;
}

export const peerSplits: Readonly<Record<PeerSpace, PeerSplit>> = {
  nasbench201: {
    train: [
      ...["1080ti_1", "1080ti_32", "1080ti_256", "silver_4114", "silver_4210r"],
      ...["samsung_a50", "pixel3", "essential_ph_1", "samsung_s7"],
    ],
    valid: ["titanx_1", "titanx_32", "titanx_256", "gold_6240"],
    test: ["titan_rtx_256", "gold_6226", "fpga", "pixel2", "raspi4", "eyeriss"],
    pool: 900,
    query: 1000,
  },
  ofa: {
    train: [
      ...["2080ti_1", "2080ti_32", "2080ti_64", "titan_xp_1", "titan_xp_32", "titan_xp_64"],
      ...["v100_1", "v100_32", "v100_64"],
    ],
    valid: ["titan_rtx_1", "titan_rtx_32"],
    test: ["titan_rtx_64"],
    pool: 4000,
    query: 1000,
  },
};

export const peerMethods = ["flops", "default", "log-linear", "scratch", "brp-nas", "help"] as const;
export type PeerMethod = (typeof peerMethods)[number];

/** How many architectures of the target each is given. HELP: ten to adapt, and the ten that it recognises a device by. */
const measurements: Readonly<Record<PeerMethod, readonly number[]>> = {
  flops: [0],
  default: [10, 20, 50, 100],
  "log-linear": [10, 20, 50, 100],
  scratch: [20, 100],
  "brp-nas": [900],
  help: [20],
};

export interface PeerPlan {
  readonly space: PeerSpace;
  readonly method: PeerMethod;
  readonly measurements: number;
  readonly seed: number;
}

export interface PeerOptions {
  readonly spaces: readonly PeerSpace[];
  readonly methods?: readonly string[] | undefined;
  /** Only runs with so many measurements of the target. */
  readonly measured?: readonly number[] | undefined;
  readonly seeds: number;
}

/** One seed after the other, so that a table cut short has all methods. @throws LitepredError `unknown-name`, `bad-usage`. */
export function planPeers({ spaces, methods = peerMethods, measured, seeds }: PeerOptions): PeerPlan[] {
  if (!(Number.isInteger(seeds) && seeds >= 1))
    throw new LitepredError("bad-usage", `--seeds ${seeds} is not 1 or more`);
  const known = methods.map(peerMethodNamed);
  return Array.from({ length: seeds }, (_, i) => i + 1).flatMap((seed) =>
    known.flatMap((method) =>
      spaces
        .filter((space) => method !== "flops" || space === "nasbench201")
        .flatMap((space) => countsOf(method, measured).map((count) => ({ space, method, measurements: count, seed }))),
    ),
  );
}

const countsOf = (method: PeerMethod, wanted: readonly number[] | undefined): readonly number[] =>
  measurements[method].filter((count) => wanted?.includes(count) ?? true);

function peerMethodNamed(name: string): PeerMethod {
  const known = peerMethods.find((method) => method === name);
  if (known !== undefined) return known;
  throw unknownName("method", name, peerMethods);
}
