/** The real adb server, on a port of its own so that nobody's phones and no other server are touched. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Phone } from "./phone.js";

export interface AdbServer {
  readonly port: number;
  /** Tells the server where the phone is, as `adb connect` does; again after it was plugged in again. */
  connect(phone: Phone): Promise<void>;
  adb(...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

const run = promisify(execFile);

export async function hasAdb(): Promise<boolean> {
  return run("adb", ["version"]).then(
    () => true,
    () => false,
  );
}

/** Sets `ANDROID_ADB_SERVER_PORT` of this process until it is stopped. */
export async function startAdbServer(): Promise<AdbServer> {
  const home = mkdtempSync(join(tmpdir(), "adb-home-"));
  const port = await freePort();
  const env: NodeJS.ProcessEnv = { ...process.env, HOME: home, ANDROID_USER_HOME: home, TMPDIR: home };
  const adb = async (...args: string[]) => {
    const { stdout, stderr } = await run("adb", ["-P", String(port), ...args], { env, timeout: 30_000 });
    return stdout + stderr;
  };
  await adb("start-server");
  const before = process.env.ANDROID_ADB_SERVER_PORT;
  process.env.ANDROID_ADB_SERVER_PORT = String(port);
  return {
    port,
    adb,
    async connect({ serial }) {
      // A connection that the server still believes in stands in the way of a new one.
      await adb("disconnect", serial).catch(() => {});
      await adb("connect", serial);
    },
    async stop() {
      await adb("kill-server").catch(() => {});
      if (before === undefined) delete process.env.ANDROID_ADB_SERVER_PORT;
      else process.env.ANDROID_ADB_SERVER_PORT = before;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
