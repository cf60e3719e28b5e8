/** Attached phones as platforms: the one that an id means, and what can be measured on all of them. */

import type { Finding } from "../../base/index.js";
import { formatPlatformId, type Platform, type Precision } from "../../platforms/index.js";
import type { EngineRow } from "../engine-row.js";
import type { LocalPlatform } from "../local-platform.js";
import { findPhoneEngine, phoneEngines } from "./engine.js";
import { phoneSlug } from "./facts.js";
import { attachedPhones, stateHints } from "./phones.js";
import { serverAddress } from "./server.js";

/** @throws LitepredError `engine-unavailable`: no such phone attached, or a file of the engine's tool is missing. */
export async function openAttachedPlatform(asked: Platform, home: string): Promise<LocalPlatform> {
  const { serial } = asked.options;
  const { engine, facts } = await findPhoneEngine({ ...asked, serial }, home);
  const description = await engine.describe();
  const platform = { ...asked, device: phoneSlug(facts.model), version: description.version };
  return { platform, id: formatPlatformId(platform), engine, description };
}

export interface AttachedPlatform {
  readonly id: string;
  /** Why it cannot be measured now. */
  readonly missing?: string;
}

/** Each attached phone with each engine, version and precision whose tool is there; what is missing otherwise. */
export async function attachedPlatforms(home: string): Promise<AttachedPlatform[]> {
  const phones = (await attachedPhones()) ?? [];
  return phones.flatMap(({ facts, slug = "phone", serial, state }) => {
    if (facts === undefined)
      return [{ id: `phone ${serial}`, missing: `${state}; ${stateHints[state] ?? "see adb devices"}` }];
    const id = (engine: string, version: string, precision: Precision) =>
      formatPlatformId({ device: slug, processor: "cpu", engine, version, precision, options: {} });
    return phoneEngines(facts, home).flatMap(({ tool, versions, missing }) => {
      if (missing !== undefined) return [{ id: id(tool.engine, "", "fp32"), missing }];
      const offered = tool.precisions.filter(
        (precision) => tool.refuses?.({ processor: "cpu", precision, options: {} }, facts.features) === undefined,
      );
      return versions.flatMap((version) => offered.map((precision) => ({ id: id(tool.engine, version, precision) })));
    });
  });
}

/** Rows for the list of engines: one for each attached phone, engine and version. */
export async function attachedEngines(home: string): Promise<EngineRow[]> {
  const phones = (await attachedPhones()) ?? [];
  return phones.flatMap(({ facts, slug = "phone" }) =>
    facts === undefined
      ? []
      : phoneEngines(facts, home).flatMap(({ tool, versions, missing }) =>
          (versions.length === 0 ? [""] : versions).map((version) => ({
            name: `${slug}: ${tool.engine}`,
            version,
            summary: `on the phone ${facts.model}, by its own tool ${tool.binary}`,
            precisions: tool.precisions,
            processors: tool.processors,
            kernelTiming: "isolated" as const,
            installed: version !== "" && missing === undefined,
            missing,
          })),
        ),
  );
}

/** What the doctor says about phones; a machine without adb is nothing to worry about. */
export async function phoneFindings(home: string): Promise<Finding[]> {
  const phones = await attachedPhones();
  const { host, port } = serverAddress();
  if (phones === undefined)
    return [
      {
        level: "ok",
        subject: "phones",
        message: `no adb server at ${host}:${port} (only needed for Android phones: adb start-server)`,
      },
    ];
  if (phones.length === 0)
    return [{ level: "ok", subject: "phones", message: `none attached (adb server at ${host}:${port})` }];
  return phones.map(({ serial, state, facts, slug }) => {
    const subject = `phone ${slug ?? serial}`;
    if (facts === undefined)
      return { level: "warning", subject, message: `${state}; ${stateHints[state] ?? "see adb devices"}` };
    const ready = phoneEngines(facts, home).flatMap(({ tool, versions, missing }) =>
      missing === undefined ? [`${tool.engine} ${versions.join(" ")}`] : [],
    );
    const what = `${facts.model} (${serial}), Android ${facts.android}, ${facts.soc}, ${facts.abi}, ${facts.cores.length} cores`;
    if (ready.length > 0) return { level: "ok", subject, message: `${what}; ${ready.join(", ")}` };
    const [first] = phoneEngines(facts, home);
    return { level: "warning", subject, message: `${what}; no tools yet: ${first?.missing ?? ""}` };
  });
}
