/** Hostile requests to `litepred serve`: models packed, absurd and cut short; names and JSON that lead elsewhere. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { packagePath } from "../../../src/base/index.js";
import type { Scale } from "./files.js";
import { hostileModels } from "./models.js";
import type { HostileReport } from "./run.js";

interface Asked {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly body?: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Of the server over all requests. */
const peakMb = 1024;

export async function runUploads(root: string, scale: Scale, report: HostileReport): Promise<void> {
  const folder = join(root, "uploads");
  mkdirSync(folder, { recursive: true });
  const models = hostileModels(folder, scale).filter(({ path }) => dirname(path) === join(folder, "models"));
  const { url, pid, stop } = await startServer(join(root, "served"));
  try {
    for (const asked of [
      ...models.flatMap(({ name, path }) => uploads(name, readFileSync(path))),
      ...requests(scale),
    ]) {
      const { status, text } = await ask(url, asked);
      report.commands++;
      if (status >= 400 && status < 500) report.refused++;
      else report.taken++;
      if (status >= 500 || status === 0 || /internal|\n\s+at /.test(text))
        report.faults.push(`${asked.what}: ${status} ${text.slice(0, 300)}`);
      if (/root:.:0/.test(text)) report.faults.push(`${asked.what}: a file of this machine was sent`);
    }
    const peak = Number(/VmHWM:\s+(\d+)/.exec(statusOf(pid))?.[1] ?? 0) / 1024;
    if (peak > report.peakMb) Object.assign(report, { peakMb: Math.round(peak), peakOf: "serve" });
    if (peak > peakMb) report.faults.push(`serve: ${Math.round(peak)} MB`);
  } finally {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const binary = { "content-type": "application/octet-stream" };

const uploads = (name: string, body: Uint8Array): Asked[] =>
  ["/api/predict?name=m.onnx", "/api/kernels?name=m.onnx"].map((path) => ({
    ...{ what: `${name} to ${path}`, method: "POST", path, body, headers: binary },
  }));

function requests({ many, bytes }: Scale): Asked[] {
  const zeros = gzipSync(new Uint8Array(bytes * 4));
  const json = { "content-type": "application/json" };
  const post = (path: string, body: Uint8Array | string, headers: Readonly<Record<string, string>> = json): Asked => ({
    ...{ what: `${path.slice(0, 80)} ${String(body).slice(0, 40)}`, method: "POST", path, body, headers },
  });
  const get = (path: string): Asked => ({ what: path.slice(0, 80), method: "GET", path });
  const above = ["../../outside/cpu/x/fp32", "..", "a\0/cpu/x/fp32", "__proto__", "a".repeat(100_000)];
  return [
    post("/api/predict", zeros, { ...binary, "content-encoding": "gzip" }),
    post("/api/predict?name=../../../x.onnx", "x", binary),
    post(`/api/predict?input=x=${"9".repeat(30)}`, "x", binary),
    post(`/api/predict?platform=..%2f..%2f..%2fetc%2fpasswd`, "x", binary),
    post("/api/predict?level=NaN", "x", binary),
    post("/api/jobs/measure?name=../../../x.onnx&platform=local/cpu/onnxruntime-node/fp32&protocol=brief", "x", binary),
    post("/api/jobs/measure?name=x&platform=..%2f..%2fx&protocol=constructor", "x", binary),
    ...["adapt", "search"].flatMap((verb) => [
      post(`/api/jobs/${verb}`, "[".repeat(many)),
      post(`/api/jobs/${verb}`, '{"a":'.repeat(many / 10)),
      post(`/api/jobs/${verb}`, "x".repeat(bytes)),
      post(`/api/jobs/${verb}`, '{"__proto__":{"home":"/"}}'),
      ...above.map((id) =>
        post(
          `/api/jobs/${verb}`,
          JSON.stringify({
            platform: id,
            platforms: [id],
            space: id,
            budget: 5,
            maxLatencyMs: 1e308,
            evaluations: 1e308,
          }),
        ),
      ),
    ]),
    ...[
      "/pool/..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
      "/pool/%2fetc%2fpasswd",
      "/models/0/..%2f..%2fetc%2fpasswd",
      "/..%2f..%2f..%2fetc/passwd",
    ].map(get),
    ...[
      "/../../../../../../etc/passwd",
      "/%00",
      "/pool/%00",
      "/api/jobs/..%2f..%2fx/events",
      "/api/jobs/__proto__/events",
      "/pool/index.json%00",
    ].map(get),
    get(`/${"a".repeat(10_000)}`),
  ];
}

function ask(url: string, { method, path, body, headers = {} }: Asked): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const sent = request({ hostname, port, method, path, headers, timeout: 60_000 }, (reply) => {
      let text = "";
      reply.on("data", (part) => {
        if (text.length < 1e6) text += part;
      });
      reply.on("close", () => resolve({ status: reply.statusCode ?? 0, text }));
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer within a minute")));
    sent.on("error", (error) => resolve({ status: 0, text: error.message }));
    sent.end(body);
  });
}

async function startServer(home: string) {
  const args = [packagePath("bin", "litepred.js"), "serve", "--port", "0", "--home", home];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on("line", (line) => {
        const found = /http:\S+/.exec(line);
        if (found) resolve(found[0]);
      });
    child.once("close", () => reject(new Error("litepred serve has ended")));
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  return {
    url,
    pid: child.pid!,
    async stop() {
      child.kill("SIGTERM");
      await Promise.race([ended, sleep(20_000)]);
      child.kill("SIGKILL");
    },
  };
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return ""; // Only Linux tells it this way.
  }
}
