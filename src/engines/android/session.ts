/**
 * One phone prepared for one engine: tool files in place, cores chosen, clock fixed where asked, and commands that survive
 * a phone that goes away for a moment. Everything lies in /data/local/tmp/litepred, where the shell may execute.
 */
import { EngineFailure } from "../contract.js";
import { type CoreChoice, chooseCores, coreMask } from "./cores.js";
import type { PhoneFacts } from "./facts.js";
import { fixFrequency } from "./frequency.js";
import type { PhoneLink, ShellResult } from "./link.js";
import { PhoneTimeout } from "./server.js";
import { cpuFolder, type PhoneState, parseState, stateProbe } from "./state.js";
import { isAway, type Surviving, survivingOn } from "./surviving.js";
import { readToolFiles, type ToolFiles } from "./tool-files.js";

const root = "/data/local/tmp/litepred";
const runFolder = `${root}/run`;
const shortMs = 15_000;
/** Tools are some megabytes; USB 2 carries 30 of them in a second, Wi-Fi fewer. */
const pushToolsMs = 180_000;

export interface SessionOptions {
  /** "" leaves the clock to the governor. */
  readonly frequency: string;
  readonly cores: CoreChoice;
  readonly threads: number;
  /** How long a phone that has gone is waited for. */
  readonly reconnectMs: number;
}

export interface PhoneSession {
  readonly facts: PhoneFacts;
  /** Cores that tools are pinned to. */
  readonly cores: readonly number[];
  /** @throws EngineFailure `timeout` */
  pushModel(name: string, bytes: Uint8Array, timeoutMs: number): Promise<void>;
  removeModels(pattern: string): Promise<void>;
  /** Runs a tool in the folder of the models, pinned. What does not end in time is killed. @throws EngineFailure `timeout`, or `crash` where the phone goes away each time */
  runTool(binary: string, args: readonly string[], timeoutMs: number): Promise<ShellResult>;
  state(): Promise<PhoneState>;
  close(): Promise<void>;
}

/** @throws LitepredError `engine-unavailable` where the phone goes away and stays away. */
export async function openSession(
  link: PhoneLink,
  facts: PhoneFacts,
  tools: ToolFiles & { readonly engine: string },
  options: SessionOptions,
): Promise<PhoneSession> {
  const cores = chooseCores(facts.cores, options.cores, options.threads);
  const clock = clockOf(link, cores, options.frequency);
  // It may have been rebooted: the clock is the governor's again, the files are still there.
  const surviving = survivingOn({ link, facts, reconnectMs: options.reconnectMs, recover: () => clock.fix() });
  const toolFolder = `${root}/${tools.engine}@${tools.version}`;
  await surviving.all("preparation", async () => {
    await link.shell(`${killTool}; rm -rf ${runFolder}; mkdir -p ${runFolder} ${toolFolder}`, shortMs);
    await pushTools(link, tools.folder, toolFolder);
    await clock.fix();
  });
  const first = cores[0] ?? 0;
  const pin = options.cores === "all" || cores.length === 0 ? "" : `taskset ${coreMask(cores)} `;
  return {
    facts,
    cores,
    ...models(link, surviving),
    ...runs(link, surviving, first, (binary) => `${pin}${toolFolder}/${binary}`, toolFolder),
    async close() {
      try {
        await link.shell(`${killTool}; rm -rf ${runFolder}`, shortMs);
        await clock.restore();
      } catch (error) {
        // A phone that is gone cannot be cleaned up; the next session does.
        if (!isAway(error)) throw error;
      }
    },
  };
}

function clockOf(link: PhoneLink, cores: readonly number[], frequency: string) {
  let before: (() => Promise<void>) | undefined;
  return {
    async fix() {
      if (frequency === "") return;
      const restore = await fixFrequency(link, cores, frequency);
      // Only the first one knows how it was before.
      before ??= restore;
    },
    async restore() {
      await before?.();
    },
  };
}

const models = (link: PhoneLink, surviving: Surviving): Pick<PhoneSession, "pushModel" | "removeModels"> => ({
  pushModel: (name, bytes, timeoutMs) =>
    surviving.model("a push", () =>
      orTimeout(() => link.push(bytes, `${runFolder}/${name}`, 0o644, timeoutMs), "pushing the model"),
    ),
  async removeModels(pattern) {
    await surviving.all("cleaning up", () => link.shell(`rm -f ${runFolder}/${pattern}`, shortMs));
  },
});

/** @param first core whose clock is told */
function runs(
  link: PhoneLink,
  surviving: Surviving,
  first: number,
  pinned: (binary: string) => string,
  libraries: string,
): Pick<PhoneSession, "runTool" | "state"> {
  /** As it was right after a tool ran: an idle phone's clock says nothing. */
  let busyMhz: number | undefined;
  return {
    async runTool(binary, args, timeoutMs) {
      const script = toolScript(`${pinned(binary)} ${args.map(quote).join(" ")}`, libraries, first);
      const result = await surviving.model(`a run of ${binary}`, () => runKillable(link, binary, script, timeoutMs));
      const { stdout, frequencyMhz } = splitFrequency(result.stdout);
      busyMhz = frequencyMhz ?? busyMhz;
      return { ...result, stdout };
    },
    async state() {
      const { stdout } = await surviving.all("reading its state", () => link.shell(stateProbe(first), shortMs));
      const state = parseState(stdout);
      return { ...state, frequencyMhz: busyMhz ?? state.frequencyMhz };
    },
  };
}

const toolScript = (command: string, libraries: string, first: number) =>
  [
    // One that a phone which went away for a moment is still running would disturb this one.
    killTool,
    `cd ${runFolder} && export LD_LIBRARY_PATH=${libraries}`,
    `sh -c ${quote(`echo $$ > pid; exec ${command}`)}`,
    // The exit code must be the tool's; the clock is read before it falls.
    `code=$?; echo @frequency; cat ${cpuFolder(first)}/cpufreq/scaling_cur_freq 2>/dev/null; (exit $code)`,
  ].join("\n");

async function runKillable(link: PhoneLink, binary: string, script: string, timeoutMs: number): Promise<ShellResult> {
  try {
    return await link.shell(script, timeoutMs);
  } catch (error) {
    if (!(error instanceof PhoneTimeout)) throw error;
    // One that cannot be killed now is when the next one starts.
    await link.shell(killTool, shortMs).catch(() => {});
    throw new EngineFailure("timeout", `${binary} did not end within ${timeoutMs / 1000} s and was killed`);
  }
}

/** Ends a tool that is still running, be it of a session that was cut off; nothing else bears our folder in its command line. */
const killTool = `p=$(cat ${runFolder}/pid 2>/dev/null); [ -n "$p" ] && grep -q litepred /proc/$p/cmdline 2>/dev/null && kill -9 $p 2>/dev/null`;

/** Once for each content of the folder: a stamp beside the files tells. */
async function pushTools(link: PhoneLink, from: string, to: string): Promise<void> {
  const { files, hash } = readToolFiles(from);
  const { stdout } = await link.shell(`cat ${to}/stamp 2>/dev/null`, shortMs);
  if (stdout.trim() === hash) return;
  for (const { name, bytes } of files) await link.push(bytes, `${to}/${name}`, 0o755, pushToolsMs);
  // Phones from before Android 5 ignore the mode of a push.
  await link.shell(`chmod 755 ${to}/*; echo ${hash} > ${to}/stamp`, shortMs);
}

async function orTimeout<T>(work: () => Promise<T>, what: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PhoneTimeout) throw new EngineFailure("timeout", `${what}: ${error.message}`);
    throw error;
  }
}

function splitFrequency(stdout: string): { stdout: string; frequencyMhz?: number | undefined } {
  const at = stdout.lastIndexOf("@frequency\n");
  if (at < 0) return { stdout };
  const khz = Number.parseInt(stdout.slice(at + "@frequency\n".length), 10);
  return { stdout: stdout.slice(0, at), frequencyMhz: Number.isFinite(khz) ? khz / 1000 : undefined };
}

const quote = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
