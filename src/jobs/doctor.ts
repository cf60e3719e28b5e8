/** What this machine can measure, how quiet it is, and what is missing. */
import { execFile } from "node:child_process";
import { loadavg } from "node:os";
import { promisify } from "node:util";
import { LitepredError } from "../base/index.js";
import { engineNames, loadEngine, quietCores, settleCoreState } from "../engines/index.js";
import { deviceSlug, readCpuFacts } from "../platforms/index.js";
import { idleShare, measureNoise, protocol } from "../profiling/index.js";
import { phoneFindings } from "./attached.js";
import { encoderOf } from "./encoding.js";

export interface Finding {
  /** "problem" stops something from working, "warning" makes numbers worse. */
  readonly level: "ok" | "warning" | "problem";
  readonly subject: string;
  readonly message: string;
}

export interface DoctorRequest {
  /** Workspace, where tools for phones lie. Default: `LITEPRED_HOME`, else `.litepred`. */
  readonly home?: string;
  /** Milliseconds spent on the noise; default 5000, 0 leaves it out. */
  readonly noiseMs?: number;
}

/** In the order in which a person would ask. Takes about six seconds. */
export async function runDoctor(request: DoctorRequest = {}): Promise<Finding[]> {
  const { home = process.env.LITEPRED_HOME ?? ".litepred", noiseMs = 5000 } = request;
  const engines = await Promise.all(engineNames.map(engineFinding));
  return [
    nodeFinding(),
    deviceFinding(),
    ...engines,
    await toolFinding("python3", "engines that are driven from Python need it"),
    await toolFinding("uv", "engines that are driven from Python install faster and with the right Python"),
    ...(await phoneFindings(home)),
    await loadFinding(),
    await pinningFinding(),
    ...(noiseMs > 0 ? [await coreFinding(home), await noiseFinding(noiseMs)] : []),
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

async function engineFinding(name: string): Promise<Finding> {
  try {
    const { version, precisions } = await (await loadEngine(name)).describe();
    return { level: "ok", subject: `engine ${name}`, message: `${version}, ${precisions.join(" ")}` };
  } catch (error) {
    if (!(error instanceof LitepredError)) throw error;
    const level = name === "onnxruntime-node" ? "problem" : "warning";
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

async function coreFinding(home: string): Promise<Finding> {
  const state = await settleCoreState(home);
  const message =
    state === "full"
      ? "at its full speed most of the time: runs count while it is"
      : "shared with a busy neighbour most of the time: runs count in that state, and latencies are those of a busy host";
  return { level: state === "full" ? "ok" : "warning", subject: "core", message };
}

async function noiseFinding(noiseMs: number): Promise<Finding> {
  const subject = "noise";
  const settings = { processor: "cpu", precision: "fp32", options: {} } as const;
  try {
    const engine = await loadEngine("onnxruntime-node");
    const running = await engine.start(settings);
    try {
      const { format } = await engine.describe();
      const noise = await measureNoise({ running, encode: encoderOf(format, "fp32") }, protocol("quick"), noiseMs);
      const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
      const message =
        `${noise.sessions} sessions of one kernel differ by ${percent(noise.medianDifference)} in the median ` +
        `(95 % of pairs by at most ${percent(noise.p95Difference)}); ceiling for any prediction of single kernels: ` +
        `±5 % ${percent(noise.within5)}, ±10 % ${percent(noise.within10)}`;
      return { level: noise.medianDifference > 0.05 ? "warning" : "ok", subject, message };
    } finally {
      await running.close();
    }
  } catch (error) {
    return { level: "problem", subject, message: error instanceof Error ? error.message : String(error) };
  }
}
