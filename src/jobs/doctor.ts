/** What this machine can measure, how quiet it is, and what is missing. */
import { execFile } from "node:child_process";
import { loadavg } from "node:os";
import { promisify } from "node:util";
import { type Finding, LitepredError, median, relativeError } from "../base/index.js";
import {
  bundledEngine,
  EngineFailure,
  encoderOf,
  engineNames,
  hasHugePages,
  loadEngine,
  phoneFindings,
  quietCores,
} from "../engines/index.js";
import { deviceSlug, readCpuFacts } from "../platforms/index.js";
import { idleShare, modelPlan, protocols, startEngine, timeModels } from "../profiling/index.js";
import { buildExampleModel } from "../spaces/index.js";
import { openLocalPlatform } from "../workspace/index.js";

export interface DoctorRequest {
  /** Workspace, where tools for phones lie. Default: `LITEPRED_HOME`, else `.litepred`. */
  readonly home?: string;
  /** Milliseconds spent on looks at one network; default 6000, 0 leaves them out. */
  readonly noiseMs?: number;
}

/** In the order in which a person would ask. Takes about ten seconds. */
export async function runDoctor(request: DoctorRequest = {}): Promise<Finding[]> {
  const { home = process.env.LITEPRED_HOME ?? ".litepred", noiseMs = 6000 } = request;
  const engines = await Promise.all(engineNames.map((name) => engineFinding(name, home)));
  return [
    nodeFinding(),
    deviceFinding(),
    ...engines,
    await toolFinding("python3", "engines that are driven from Python need it"),
    await toolFinding("uv", "engines that are driven from Python install faster and with the right Python"),
    ...(await phoneFindings(home)),
    await loadFinding(),
    await pinningFinding(),
    pagesFinding(),
    ...(noiseMs > 0 ? [await noiseFinding(home, noiseMs)] : []),
  ];
}

function nodeFinding(): Finding {
  const { node } = process.versions;
  const old = Number(node.split(".")[0]) < 20;
  return { level: old ? "problem" : "ok", subject: "node", message: old ? `${node}; 20 or newer is needed` : node };
}

function deviceFinding(): Finding {
  const cpu = readCpuFacts();
  const cores = `${cpu.cores} ${cpu.cores === 1 ? "core" : "cores"}`;
  return { level: "ok", subject: "device", message: `${deviceSlug(cpu)} (${cpu.model}), ${cores}` };
}

async function engineFinding(name: string, home: string): Promise<Finding> {
  try {
    const { version, precisions } = await (await loadEngine(name, { home })).describe();
    return { level: "ok", subject: `engine ${name}`, message: `${version}, ${precisions.join(" ")}` };
  } catch (error) {
    if (!(error instanceof LitepredError)) throw error;
    const level = name === bundledEngine ? "problem" : "warning";
    return { level, subject: `engine ${name}`, message: `${error.message}; ${error.hint}` };
  }
}

async function toolFinding(tool: string, purpose: string): Promise<Finding> {
  try {
    const { stdout } = await promisify(execFile)(tool, ["--version"], { timeout: 5000 });
    return { level: "ok", subject: tool, message: stdout.trim().split("\n")[0]! };
  } catch {
    return { level: "warning", subject: tool, message: `not found; ${purpose}` };
  }
}

async function loadFinding(): Promise<Finding> {
  const idle = await idleShare(500);
  const load = `load average ${loadavg()[0]!.toFixed(2)}`;
  if (idle === undefined) return { level: "ok", subject: "load", message: load };
  const message = `${load}, ${Math.round(idle * 100)} % of the cores idle`;
  const busy = idle * readCpuFacts().cores < 0.8;
  return {
    level: busy ? "warning" : "ok",
    subject: "load",
    message: busy ? `${message}: other work will disturb measurements` : message,
  };
}

async function pinningFinding(): Promise<Finding> {
  const cores = await quietCores();
  if (cores.length === 0)
    return {
      level: "warning",
      subject: "pinning",
      message: "not on this system: engines run on any core, which is noisier",
    };
  return { level: "ok", subject: "pinning", message: `cores ${[...cores].sort((a, b) => a - b).join(", ")}` };
}

function pagesFinding(): Finding {
  const subject = "large pages";
  if (hasHugePages()) return { level: "ok", subject, message: "engines on the CPU take their memory in them" };
  const message = "this system has none: the same model may differ by some per cent from load to load";
  return { level: "warning", subject, message };
}

/** Looks at one network for some seconds: what measuring can be expected to repeat like here, with and without the references. */
async function noiseFinding(home: string, noiseMs: number): Promise<Finding> {
  const subject = "noise";
  try {
    const { engine, platform, description } = await openLocalPlatform(noisePlatform, home);
    const encode = encoderOf(description.format, platform.precision);
    const started = await startEngine(engine, platform, home, encode);
    try {
      const model = encode(buildExampleModel(noiseModel));
      const looks: { latencyMs: number; observedMs: number }[] = [];
      const until = performance.now() + noiseMs;
      while (performance.now() < until || looks.length < 3) {
        const [look] = await timeModels(started, [() => model], modelPlan(protocols.brief));
        if (look instanceof EngineFailure) throw look;
        looks.push(look!);
      }
      return { ...describeLooks(looks), subject };
    } finally {
      await started.close();
    }
  } catch (error) {
    return { level: "problem", subject, message: error instanceof Error ? error.message : String(error) };
  }
}

const noisePlatform = `local/cpu/${bundledEngine}/fp32`;
const noiseModel = "mobilenet-v3-large";

function describeLooks(
  looks: readonly { latencyMs: number; observedMs: number }[],
): Pick<Finding, "level" | "message"> {
  const difference = (values: readonly number[]) =>
    median(values.flatMap((a, i) => values.slice(i + 1).map((b) => relativeError(a, b))));
  const found = difference(looks.map(({ latencyMs }) => latencyMs));
  const raw = difference(looks.map(({ observedMs }) => observedMs));
  const slowdown = median(looks.map(({ latencyMs, observedMs }) => observedMs / latencyMs));
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return {
    level: found > 0.03 ? "warning" : "ok",
    message: `${looks.length} looks at one network differ by ${percent(found)} in the median (raw times by ${percent(raw)}); the core is shared ×${slowdown.toFixed(2)} just now`,
  };
}
