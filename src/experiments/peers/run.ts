/** Runs the comparison on the peers' own data. Every run is kept as it ends; the same call goes on from there. */

import { readCpuFacts } from "../../platforms/index.js";
import { onnxRuntime } from "../../runtime/index.js";
import { keptFile, keptRuns } from "../kept-runs.js";
import { today } from "../markdown.js";
import { peerSpaces, readPeerData } from "./data.js";
import { runPeer } from "./methods.js";
import { type PeerOptions, type PeerPlan, planPeers } from "./plan.js";
import { type PeerReport, type PeerResult, summarisePeers } from "./report.js";
import { type PeerTask, peerTask } from "./task.js";

export interface PeerExperiment extends Omit<PeerOptions, "spaces"> {
  /** Folder with `nasbench201/` and `ofa/`. */
  readonly folder: string;
  readonly spaces?: readonly string[] | undefined;
  readonly episodes?: number | undefined;
  readonly epochs?: number | undefined;
  /** Reports on the runs done so far and does none. */
  readonly onlyReport?: boolean | undefined;
  readonly home: string;
  readonly signal?: AbortSignal | undefined;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

/** In this order lines of a table stand. */
const isSame = (run: PeerPlan, plan: PeerPlan) =>
  run.space === plan.space &&
  run.method === plan.method &&
  run.measurements === plan.measurements &&
  run.seed === plan.seed;

export async function evaluatePeers(experiment: PeerExperiment): Promise<PeerReport | { readonly skipped: string }> {
  const { folder, spaces = peerSpaces, episodes, epochs, home, signal, onlyReport } = experiment;
  const tasks = new Map<string, PeerTask>();
  for (const space of peerSpaces.filter((name) => spaces.includes(name))) {
    const data = readPeerData(folder, space);
    if (data !== undefined) tasks.set(space, peerTask(data));
  }
  if (tasks.size === 0) return { skipped: `reference data not found in ${folder}` };
  const plans = planPeers({ ...experiment, spaces: peerSpaces.filter((space) => tasks.has(space)) });
  const kept = keptRuns<PeerResult>(keptFile(home, "peers", { version: 1, episodes, epochs }));
  experiment.onStage?.("runs", plans.length);
  for (const [done, plan] of (onlyReport ? [] : plans).entries()) {
    const label = `${plan.space} ${plan.method} ${plan.measurements}, seed ${plan.seed}`;
    experiment.onProgress?.(done, label);
    const onNote = (note: string) => experiment.onProgress?.(done, `${label}: ${note}`);
    await kept.findOrDo(
      (run) => isSame(run, plan),
      async () => {
        const before = process.cpuUsage();
        const task = tasks.get(plan.space)!;
        const devices = await runPeer({ backend: onnxRuntime, task, plan, home, episodes, epochs, signal, onNote });
        const { user, system } = process.cpuUsage(before);
        return { ...plan, devices, cpuSeconds: (user + system) / 1e6 };
      },
    );
  }
  const asked = plans.flatMap((plan) => kept.find((run) => isSame(run, plan)) ?? []);
  return { date: today(), cpu: readCpuFacts().model, cells: summarisePeers(asked), runs: asked };
}
