/** The services of a phone's daemon: shell (both protocols) and sync (push, pull, stat), on a folder that stands for the phone. */
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { ServiceStream } from "./wire.js";

export interface PhoneFiles {
  /** Folder that stands for `/`. */
  readonly root: string;
  /** Whether the shell may write to /sys. */
  readonly sysWritable: boolean;
}

export async function serve(stream: ServiceStream, files: PhoneFiles): Promise<void> {
  const [, kind = "", argument = ""] = /^([^:]*):([\s\S]*)$/.exec(stream.service) ?? [];
  if (kind === "sync") return serveSync(stream, files);
  if (kind === "shell" || kind === "exec") return serveShell(stream, files, argument, false);
  if (kind.startsWith("shell,")) return serveShell(stream, files, argument, kind.split(",").includes("v2"));
}

/** Paths of a phone → the folder's. Only what the phone's own tools and we name. */
export function onPhone(text: string, { root, sysWritable }: PhoneFiles): string {
  const moved = sysWritable ? text : text.replace(/> \/sys\/[\w/]+/g, "> /dev/full");
  return moved.replace(/\/(data\/local\/tmp|sys\/(?:devices|class)|proc\/(?:cpuinfo|loadavg))/g, `${root}/$1`);
}

const shellIds = { stdout: 1, stderr: 2, exit: 3 } as const;

async function serveShell(stream: ServiceStream, files: PhoneFiles, command: string, v2: boolean): Promise<void> {
  const child = spawn("sh", ["-c", onPhone(command, files)], {
    cwd: files.root,
    env: { PATH: `${files.root}/bin:${process.env.PATH}`, PHONE: files.root },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let sending = Promise.resolve();
  const send = (id: keyof typeof shellIds, bytes: Buffer) => {
    sending = sending.then(() => stream.write(v2 ? shellPacket(shellIds[id], bytes) : bytes));
  };
  child.stdout.on("data", (bytes: Buffer) => send("stdout", bytes));
  child.stderr.on("data", (bytes: Buffer) => send("stderr", bytes));
  const code = await new Promise<number>((resolve) => child.on("close", (status) => resolve(status ?? 255)));
  if (v2) send("exit", Buffer.of(code));
  await sending;
}

function shellPacket(id: number, bytes: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(id, 0);
  head.writeUInt32LE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

async function serveSync(stream: ServiceStream, files: PhoneFiles): Promise<void> {
  const read = reader(stream.input);
  const respond = (id: string, ...words: number[]) =>
    stream.write(Buffer.concat([Buffer.from(id), ...words.map(word)]));
  for (;;) {
    const head = await read(8);
    if (head === undefined) return;
    const id = head.toString("latin1", 0, 4);
    if (id === "QUIT") return;
    const path = onPhone((await read(head.readUInt32LE(4)))?.toString() ?? "", files);
    if (id === "SEND") await receiveFile(path, read, respond, stream);
    else if (id === "STAT") {
      const found = existsSync(path) ? statSync(path) : undefined;
      await respond("STAT", found?.mode ?? 0, found?.size ?? 0, Math.floor((found?.mtimeMs ?? 0) / 1000));
    } else if (id === "RECV") {
      if (!existsSync(path)) await fail(stream, "No such file or directory");
      else {
        const bytes = readFileSync(path);
        for (let at = 0; at < bytes.length; at += 65536) {
          const part = bytes.subarray(at, at + 65536);
          await stream.write(Buffer.concat([Buffer.from("DATA"), word(part.length), part]));
        }
        await respond("DONE", 0);
      }
    } else return fail(stream, `unknown command ${id}`);
  }
}

type Read = (count: number) => Promise<Buffer | undefined>;

async function receiveFile(
  target: string,
  read: Read,
  respond: (id: string, ...words: number[]) => Promise<void>,
  stream: ServiceStream,
): Promise<void> {
  const [, path = "", mode = "420"] = /^(.*),(\d+)$/.exec(target) ?? [];
  const parts: Buffer[] = [];
  for (;;) {
    const head = await read(8);
    if (head === undefined) return;
    if (head.toString("latin1", 0, 4) === "DONE") break;
    parts.push((await read(head.readUInt32LE(4)))!);
  }
  if (!path.includes("/data/local/tmp/")) return fail(stream, "couldn't create file: Permission denied");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, Buffer.concat(parts));
  chmodSync(path, Number(mode) & 0o777);
  await respond("OKAY", 0);
}

const fail = (stream: ServiceStream, message: string) =>
  stream.write(Buffer.concat([Buffer.from("FAIL"), word(Buffer.byteLength(message)), Buffer.from(message)]));

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

/** Exactly so many bytes of a stream; undefined at its end. */
function reader(input: AsyncIterable<Buffer>): Read {
  const parts = input[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  return async (count) => {
    while (rest.length < count) {
      const next = await parts.next();
      if (next.done) return undefined;
      rest = Buffer.concat([rest, next.value]);
    }
    const taken = rest.subarray(0, count);
    rest = rest.subarray(count);
    return taken;
  };
}
