/** What this machine can measure, how quiet it is, and what is missing. */
import { execFile } from "node:child_process";
import { loadavg } from "node:os";
import { promisify } from "node:util";
import { LitepredError } from "../base/index.js";
import { engineNames, loadEngine, quietCores } from "../engines/index.js";
import { deviceSlug, readCpuFacts } from "../platforms/index.js";
import { idleShare } from "../profiling/index.js";
import { phoneFindings } from "./attached.js";

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
  const { home = process.env.LITEPRED_HOME ?? ".litepred" } = request;
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
