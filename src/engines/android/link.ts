/** The wire to one phone: shell commands with exit code and time limit, files pushed, and one error for a phone that has gone. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  pushFile,
  readText,
  runShell,
  type ServerAddress,
  type ServerConnection,
  serverAddress,
  withServer,
} from "./server.js";

/** The phone was unplugged, switched off, or rebooted: nothing is known about what it was doing. */
export class PhoneLost extends Error {
  override readonly name = "PhoneLost";
}

/** A phone as `adb devices` lists it. `state`: "device" where it can be used, else adb's word for why not. */
export interface ListedPhone {
  readonly serial: string;
  readonly state: string;
  /** The server's number of this connection of the phone: another one each time it is plugged in. "" from old servers. */
  readonly transport: string;
}

const serverTimeoutMs = 5000;

/** Undefined where no adb server answers. */
export async function listPhones(address: ServerAddress = serverAddress()): Promise<ListedPhone[] | undefined> {
  try {
    return await withServer(address, serverTimeoutMs, async (connection) => {
      await connection.request("host:devices-l");
      return parsePhones(await readText(connection.read));
    });
  } catch {
    return undefined;
  }
}

/** Lines `serial state name:value …`; the state "no permissions" goes on with advice in brackets. */
export function parsePhones(text: string): ListedPhone[] {
  return text.split("\n").flatMap((line) => {
    const [, serial, state] = /^(\S+)\s+(no permissions|\S+)/.exec(line) ?? [];
    if (serial === undefined || state === undefined) return [];
    return [{ serial, state, transport: /transport_id:(\d+)/.exec(line)?.[1] ?? "" }];
  });
}

export interface ShellResult {
  /** 128 + n where signal n ended it. */
  readonly exitCode: number;
  readonly stdout: string;
  /** Empty on phones older than Android 7, where it is part of stdout. */
  readonly stderr: string;
}

export interface PhoneLink {
  readonly serial: string;
  /** @throws PhoneLost, PhoneTimeout; the command may then still be running */
  shell(command: string, timeoutMs: number): Promise<ShellResult>;
  /** @throws PhoneLost, PhoneTimeout, PhoneRefusal */
  push(bytes: Uint8Array, path: string, mode: number, timeoutMs: number): Promise<void>;
  /** True as soon as the phone can be used (again); false after `ms` without it. */
  returns(ms: number): Promise<boolean>;
}

/** Every command is a connection of its own: nothing is left open, and a phone that comes back needs nothing to be done. */
export function openLink(serial: string, address: ServerAddress = serverAddress()): PhoneLink {
  const phone = { serial, address };
  const hasShellV2 = askingForShellV2(phone);
  return {
    serial,
    async shell(command, timeoutMs) {
      const v2 = await hasShellV2();
      const script = `${command}\necho ${trailer}$?`;
      return useWatched(phone, timeoutMs, async (connection) => parseShell(await runShell(connection, script, v2)));
    },
    push: (bytes, path, mode, timeoutMs) =>
      useWatched(phone, timeoutMs, (connection) => pushFile(connection, bytes, path, mode)),
    async returns(ms) {
      const until = performance.now() + ms;
      while ((await attached(phone)) === undefined) {
        if (performance.now() >= until) return false;
        await sleep(250);
      }
      return true;
    },
  };
}

interface Phone {
  readonly serial: string;
  readonly address: ServerAddress;
}

/** Whatever breaks `work`, other than the time limit and the phone's refusal, means that the phone has gone. */
async function useWatched<T>(
  phone: Phone,
  timeoutMs: number,
  work: (connection: ServerConnection) => Promise<T>,
): Promise<T> {
  const before = await attached(phone);
  if (before === undefined) throw new PhoneLost("adb does not list it");
  const isThere = async () => (await attached(phone)) === before;
  const broken = new AbortController();
  // A service that was being opened when the phone went is never answered (seen with adb 1.0.41).
  const watch = setInterval(async () => {
    if (!(await isThere())) broken.abort(new PhoneLost("adb does not list it any more"));
  }, watchMs);
  const talk = async (connection: ServerConnection) => {
    await connection.request(`host:transport:${phone.serial}`);
    return work(connection);
  };
  try {
    return await withServer(phone.address, timeoutMs, talk, broken.signal);
  } catch (error) {
    const said = messageOf(error);
    // A connection that ends by itself was cut, even where the phone is back by now.
    if (!(await isThere()) || said === "the connection ended" || /^(device|closed)/.test(said))
      throw new PhoneLost(said);
    throw error;
  } finally {
    clearInterval(watch);
  }
}

/** Phones from before Android 7 know only the older shell protocol; asked once. */
function askingForShellV2({ serial, address }: Phone): () => Promise<boolean> {
  const ask = () =>
    withServer(address, serverTimeoutMs, async (connection) => {
      await connection.request(`host-serial:${serial}:features`);
      return readText(connection.read);
    });
  let features: Promise<string> | undefined;
  return async () => {
    features ??= ask();
    try {
      return (await features).split(",").includes("shell_v2");
    } catch (error) {
      features = undefined;
      throw new PhoneLost(messageOf(error));
    }
  };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** The server's number of the phone's connection; undefined where it is not there or cannot be used. */
async function attached({ serial, address }: Phone): Promise<string | undefined> {
  const phones = await listPhones(address);
  return phones?.find((phone) => phone.serial === serial && phone.state === "device")?.transport;
}

/** How often a phone is looked for while it works. Choice: 1 ms on this machine, nothing on the phone. */
const watchMs = 1000;

/** The exit code is told by the script itself, because the older shell protocol does not. */
const trailer = "litepred-exit:";

function parseShell(output: { readonly stdout: Buffer; readonly stderr: Buffer }): ShellResult {
  // Old phones' terminals end lines with \r\n.
  const text = output.stdout.toString("utf8").replaceAll("\r\n", "\n");
  const end = text.lastIndexOf(trailer);
  if (end < 0) throw new PhoneLost("the phone's shell ended in the middle of a command");
  return {
    exitCode: Number.parseInt(text.slice(end + trailer.length), 10),
    stdout: text.slice(0, end),
    stderr: output.stderr.toString("utf8"),
  };
}
