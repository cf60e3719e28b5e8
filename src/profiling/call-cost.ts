/** What a call of an engine costs whatever the model is: measured once a workspace, as the time of a model that computes next to nothing. */
import { randomUUID } from "node:crypto";
import type { Measurement, Store } from "../measurements/index.js";
import { readConditions } from "./conditions.js";
import { timeNextToNothing } from "./in-models.js";
import { protocols } from "./protocol.js";
import type { StartedEngine } from "./start.js";

/** How the store knows it. */
export const callSubject = { kind: "model", name: "next-to-nothing", sha256: "next-to-nothing" } as const;

const protocol = protocols.quick;

/** Into the store, where that lacks it. Milliseconds; 0 where the engine does not run such a model. */
export async function measureCall(store: Store, engine: StartedEngine, platform: string): Promise<number> {
  if (!(await store.has({ platform, subject: callSubject })))
    store.append({
      platform,
      subject: callSubject,
      outcome: await timeNextToNothing(engine, protocol),
      protocol,
      conditions: readConditions(engine.version, engine.running.pinnedCore),
      session: randomUUID(),
      at: new Date().toISOString(),
    });
  return callCostOf(await store.query({ platform, kind: "model" }));
}

/** 0 where it was not measured: then the correction has it. */
export function callCostOf(measured: readonly Measurement[]): number {
  const found = measured.filter(({ subject }) => subject.kind === "model" && subject.sha256 === callSubject.sha256);
  const outcome = found.at(-1)?.outcome;
  return outcome?.status === "ok" ? outcome.latencyMs : 0;
}
