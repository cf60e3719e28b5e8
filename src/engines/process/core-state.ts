/**
 * The state of the core that runs are timed in: `full`, or `shared` with a busy neighbour on the other hyperthread, where the
 * host is so busy that this is how the machine mostly is. Runs in the other state do not count (stopwatch.ts). Chosen once
 * for a workspace, so that all its numbers belong together, and stored with each of them.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readCpuFacts } from "../../platforms/index.js";

export const coreStates = ["full", "shared"] as const;
export type CoreState = (typeof coreStates)[number];

const keptSchema = z.object({ cpu: z.string(), state: z.enum(coreStates), fullShare: z.number(), date: z.string() });

/** A core that is its own for less of the time than this is measured as it mostly is. Choice. */
const leastFullShare = 0.5;

/** Engines' processes are told by this variable. */
const variable = "LITEPRED_CORE_STATE";

let settled: CoreState = "full";

/** The state that engines started from now on are timed in. The first call in a workspace watches the core for three seconds. */
export async function settleCoreState(home: string): Promise<CoreState> {
  const file = join(home, "core-state.json");
  const { model: cpu } = readCpuFacts();
  const kept = readKept(file);
  if (kept?.cpu === cpu) settled = kept.state;
  else {
    const { createCoreSpeed } = await import("./core-speed.js");
    const fullShare = createCoreSpeed(true).fullShare();
    settled = fullShare < leastFullShare ? "shared" : "full";
    mkdirSync(home, { recursive: true });
    writeFileSync(file, `${JSON.stringify({ cpu, state: settled, fullShare, date: new Date().toISOString() })}\n`);
  }
  return settled;
}

/** Undefined where nothing was chosen, or the file is damaged. */
function readKept(file: string): z.infer<typeof keptSchema> | undefined {
  try {
    return keptSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

export const coreState = (): CoreState => settled;

export const coreStateVariables = (): Record<string, string> => ({ [variable]: settled });

/** In an engine's process. */
export const toldCoreState = (): CoreState => (process.env[variable] === "shared" ? "shared" : "full");
