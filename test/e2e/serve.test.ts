/** `litepred serve` as a person starts it: one line with the address, answers, and a clean end. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { packagePath } from "../../src/base/index.js";

const home = mkdtempSync(join(tmpdir(), "litepred-serve-"));
after(() => rmSync(home, { recursive: true, force: true }));

function start(...args: string[]) {
  const command = [packagePath("bin", "litepred.js"), "--home", home, "serve", ...args];
  const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "pipe"] });
  return { child, ended: once(child, "exit") as Promise<[number | null]> };
}

async function addressOf(child: ReturnType<typeof start>["child"]): Promise<string> {
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return line;
}

test("it prints its address, answers there, and ends on Ctrl-C", async () => {
  const { child, ended } = start("--port", "0");
  const url = await addressOf(child);
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
  assert.match(await (await fetch(url)).text(), /<title>litepred<\/title>/);
  assert.ok(((await (await fetch(`${url}pool/index.json`)).json()) as unknown[]).length > 0);
  child.kill("SIGINT");
  assert.deepEqual((await ended)[0], 0);
});

test("beyond this machine it asks for the token in its address", async () => {
  const { child, ended } = start("--port", "0", "--host", "0.0.0.0", "--json");
  const { url } = JSON.parse(await addressOf(child)) as { url: string };
  const { port, searchParams } = new URL(url);
  const status = async (query: string) => (await fetch(`http://127.0.0.1:${port}/api/platforms${query}`)).status;
  assert.equal(await status(""), 401);
  assert.equal(await status(`?token=${searchParams.get("token")}`), 200);
  child.kill("SIGINT");
  assert.deepEqual((await ended)[0], 0);
});

test("a port that is none is wrong usage", async () => {
  assert.deepEqual((await start("--port", "70000").ended)[0], 2);
});
