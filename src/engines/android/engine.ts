/** The engines of attached phones behind the usual contract: describe, start, prepare, time. */
import { LitepredError, unknownName } from "../../base/index.js";
import type { Engine, EngineDescription, EngineOption } from "../contract.js";
import { checkSettings } from "../settings.js";
import { type CoreChoice, coreChoices } from "./cores.js";
import { gateOf } from "./device.js";
import type { PhoneFacts } from "./facts.js";
import { openLink } from "./link.js";
import { findPhone } from "./phones.js";
import { runOnPhone } from "./running.js";
import { openSession } from "./session.js";
import { findTool, toolVersions } from "./tool-files.js";
import { phoneTools } from "./tools/index.js";
import type { PhoneTool } from "./tools/tool.js";

/** Options that every engine has on a phone. */
const phoneOptions: readonly EngineOption[] = [
  { name: "threads", summary: "threads inside an operator", default: "1" },
  { name: "cores", summary: "which cores it is pinned to", default: "big", choices: coreChoices },
  { name: "freq", summary: "fixed clock in MHz, or max; needs a phone that allows it", default: "" },
  { name: "serial", summary: "this phone and no other of its model", default: "" },
];

/** How long a phone that has gone is waited for, unless `LITEPRED_ANDROID_RECONNECT_S` says otherwise. Choice. */
const reconnectS = 30;

export interface PhoneEngine {
  readonly engine: Engine;
  readonly facts: PhoneFacts;
}

/** @throws LitepredError `unknown-name` for an engine that phones do not have */
export function phoneTool(name: string): PhoneTool {
  const tool = phoneTools.find(({ engine }) => engine === name);
  if (tool) return tool;
  throw unknownName(
    "engine for phones called",
    name,
    phoneTools.map(({ engine }) => engine),
  );
}

/**
 * An engine on the attached phone that bears the device's name.
 * @param wanted of a platform id: device, engine, version ("" for the newest there is), option `serial`
 * @throws LitepredError `engine-unavailable`: no such phone, no such engine, or a file of its tool is missing
 */
export async function findPhoneEngine(
  wanted: { readonly device: string; readonly engine: string; readonly version: string; readonly serial?: string },
  home: string,
): Promise<PhoneEngine> {
  const tool = phoneTool(wanted.engine);
  const { facts } = await findPhone(wanted.device, wanted.serial);
  return { engine: createPhoneEngine(tool, facts, home, wanted.version), facts };
}

export function createPhoneEngine(tool: PhoneTool, facts: PhoneFacts, home: string, version = ""): Engine {
  const describe = async () => describeTool(tool, findTool(tool, version, facts.abi, home).version);
  return {
    name: tool.engine,
    describe,
    async start(settings) {
      checkSettings(await describe(), settings);
      const { freq = "", threads = "1", cores = "big" } = settings.options;
      if (freq !== "" && !/^(max|\d+)$/.test(freq))
        throw new LitepredError("unknown-platform", `freq=${freq} is not a clock`, "freq=max, or MHz as in freq=1803");
      const refusal = tool.refuses?.(settings, facts.features);
      if (refusal !== undefined) throw new LitepredError("unknown-platform", `${tool.engine}: ${refusal}`);
      const files = findTool(tool, version, facts.abi, home);
      const session = await openSession(
        openLink(facts.serial),
        facts,
        { ...files, engine: tool.engine },
        {
          frequency: freq,
          cores: cores as CoreChoice,
          threads: Number(threads),
          reconnectMs: Number(process.env.LITEPRED_ANDROID_RECONNECT_S ?? reconnectS) * 1000,
        },
      );
      return runOnPhone({ session, tool, settings, context: { home, tools: files.folder }, gate: gateOf() });
    },
  };
}

function describeTool(tool: PhoneTool, version: string): EngineDescription {
  const { processors, precisions, format, timingReason } = tool;
  const options = [...phoneOptions, ...tool.options];
  const kernelTiming = "isolated" as const;
  const description = {
    name: tool.engine,
    version,
    processors,
    precisions,
    options,
    format,
    kernelTiming,
    timingReason,
  };
  return description;
}

/** What a phone can be measured with: every engine, with the versions whose tool files are there. */
export function phoneEngines(
  facts: PhoneFacts,
  home: string,
): { tool: PhoneTool; versions: string[]; missing?: string }[] {
  return phoneTools.map((tool) => {
    const versions = toolVersions(tool, facts.abi, home);
    try {
      findTool(tool, "", facts.abi, home);
      return { tool, versions };
    } catch (error) {
      return { tool, versions, missing: error instanceof Error ? error.message : String(error) };
    }
  });
}
