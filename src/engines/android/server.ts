/**
 * A client of the adb server on this machine (`adb start-server`), over its TCP protocol: requests of four hexadecimal
 * digits of length and a service, answered OKAY or FAIL. Source: SERVICES.TXT and SYNC.TXT of Android's adb.
 * Own, not `@yume-chan/adb`: there, a phone unplugged in the middle of a push is a rejection that nobody can catch, and
 * ends the process.
 */
import { createConnection, type Socket } from "node:net";

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** Where adb's own tools would look for the server: `ADB_SERVER_SOCKET`, else `ANDROID_ADB_SERVER_ADDRESS` and `ANDROID_ADB_SERVER_PORT`. */
export function serverAddress(env: NodeJS.ProcessEnv = process.env): ServerAddress {
  const socket = /^tcp:(?:(.+):)?(\d+)$/.exec(env.ADB_SERVER_SOCKET ?? "");
  return {
    host: socket?.[1] ?? env.ANDROID_ADB_SERVER_ADDRESS ?? "127.0.0.1",
    port: Number(socket?.[2] ?? env.ANDROID_ADB_SERVER_PORT ?? 5037),
  };
}

/** The command did not end in time. */
export class PhoneTimeout extends Error {
  override readonly name = "PhoneTimeout";
}

/** The phone does not take a file; its own words. */
export class PhoneRefusal extends Error {
  override readonly name = "PhoneRefusal";
}

/** One connection to the server; after `request` it may speak with a phone's service. */
export interface ServerConnection {
  /** @throws Error with the server's words where it answers FAIL */
  request(service: string): Promise<void>;
  /** Exactly so many bytes. @throws Error at the end of the connection */
  read(count: number): Promise<Buffer>;
  /** All until the other side closes. */
  readToEnd(): Promise<Buffer>;
  /** Resolves when there is room for more. */
  write(bytes: Uint8Array): Promise<void>;
}

/**
 * Connects, works, and closes, whatever happens.
 * @param broken fails the connection with the signal's reason
 * @throws PhoneTimeout when all of it takes longer than `timeoutMs`
 */
export async function withServer<T>(
  address: ServerAddress,
  timeoutMs: number,
  work: (connection: ServerConnection) => Promise<T>,
  broken?: AbortSignal,
): Promise<T> {
  const socket = createConnection(address);
  const wire = wireOver(socket);
  broken?.addEventListener("abort", () => wire.cut(broken.reason as Error), { once: true });
  const stopLimit = limitTime(timeoutMs, () => wire.cut(new PhoneTimeout(`no answer within ${timeoutMs / 1000} s`)));
  try {
    return await work({ ...wire, request: (service) => requestOver(wire, service) });
  } finally {
    stopLimit();
    socket.destroy();
  }
}

async function requestOver({ read, write }: Wire, service: string): Promise<void> {
  await write(Buffer.concat([Buffer.from(hexLength(Buffer.byteLength(service))), Buffer.from(service)]));
  const status = (await read(4)).toString("latin1");
  if (status === "OKAY") return;
  throw new Error(status === "FAIL" ? await readText(read) : `the adb server answered ${status}`);
}

interface Wire extends Omit<ServerConnection, "request"> {
  /** Ends it from this side: whoever reads or writes gets the error. */
  cut(error: Error): void;
}

function wireOver(socket: Socket): Wire {
  let end: { readonly error: Error; readonly isCut: boolean } | undefined;
  let wake = () => {};
  const received = createBuffer();
  const finish = (error: Error, isCut: boolean) => {
    end ??= { error, isCut };
    wake();
  };
  socket.setNoDelay(true);
  socket.on("data", (chunk: Buffer) => {
    received.add(chunk);
    wake();
  });
  socket.on("drain", () => wake());
  socket.on("error", (error) => finish(error, false));
  socket.on("close", () => finish(new Error("the connection ended"), false));
  /** Until something happens on the connection. */
  const next = async () => {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  };
  const check = () => {
    if (end !== undefined) throw end.error;
  };
  return {
    cut: (error) => finish(error, true),
    async read(count) {
      while (received.size() < count) {
        check();
        await next();
      }
      return received.take(count);
    },
    async readToEnd() {
      while (end === undefined) await next();
      if (end.isCut) throw end.error;
      return received.take(received.size());
    },
    async write(bytes) {
      check();
      if (socket.write(bytes)) return;
      while (socket.writableNeedDrain) {
        await next();
        check();
      }
    },
  };
}

/** Bytes that have come, until they are taken. */
function createBuffer() {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    size: () => size,
    add(chunk: Buffer) {
      chunks.push(chunk);
      size += chunk.length;
    },
    take(count: number): Buffer {
      const all = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      chunks.splice(0, chunks.length, all.subarray(count));
      size -= count;
      return all.subarray(0, count);
    },
  };
}

/**
 * Calls `onLimit` after `ms`. A timer that comes much too late means that this process, or the whole machine, was asleep:
 * what the phone has answered meanwhile is still to be read, so the time starts again.
 */
function limitTime(ms: number, onLimit: () => void): () => void {
  const oversleptMs = 2000;
  let due = performance.now() + ms;
  let timer = setTimeout(check, ms);
  function check() {
    if (performance.now() < due + oversleptMs) return onLimit();
    due = performance.now() + ms;
    timer = setTimeout(check, ms);
  }
  return () => clearTimeout(timer);
}

const hexLength = (length: number) => length.toString(16).padStart(4, "0");

/** A text with its length in four hexadecimal digits before it. */
export async function readText(read: ServerConnection["read"]): Promise<string> {
  const length = Number.parseInt((await read(4)).toString("latin1"), 16);
  return (await read(length)).toString("utf8");
}

export interface ShellOutput {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** Packets of the newer shell protocol: a byte that says what, four of length, the data. */
const packetIds = { stdout: 1, stderr: 2, exit: 3 } as const;

/** Runs a command on the phone that the connection speaks with. */
export async function runShell(connection: ServerConnection, command: string, v2: boolean): Promise<ShellOutput> {
  if (!v2) {
    await connection.request(`shell:${command}`);
    return { stdout: await connection.readToEnd(), stderr: Buffer.alloc(0) };
  }
  await connection.request(`shell,v2,raw:${command}`);
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  for (;;) {
    const head = await connection.read(5);
    const data = Buffer.from(await connection.read(head.readUInt32LE(1)));
    if (head[0] === packetIds.exit) break;
    if (head[0] === packetIds.stdout) output.stdout.push(data);
    if (head[0] === packetIds.stderr) output.stderr.push(data);
  }
  return { stdout: Buffer.concat(output.stdout), stderr: Buffer.concat(output.stderr) };
}

/** The protocol's largest chunk. */
const chunkBytes = 64 * 1024;

/** Writes a file on the phone that the connection speaks with. @throws PhoneRefusal */
export async function pushFile(
  connection: ServerConnection,
  bytes: Uint8Array,
  path: string,
  mode: number,
): Promise<void> {
  await connection.request("sync:");
  const regularFile = 0o100000;
  await connection.write(syncRequest("SEND", Buffer.from(`${path},${regularFile | mode}`)));
  for (let at = 0; at < bytes.length; at += chunkBytes)
    await connection.write(syncRequest("DATA", bytes.subarray(at, at + chunkBytes)));
  await connection.write(syncWord("DONE", Math.floor(Date.now() / 1000)));
  const head = await connection.read(8);
  if (head.toString("latin1", 0, 4) === "OKAY") return;
  const reason = (await connection.read(head.readUInt32LE(4))).toString("utf8");
  throw new PhoneRefusal(`${path}: ${reason}`);
}

function syncWord(id: string, value: number): Buffer {
  const head = Buffer.alloc(8);
  head.write(id, "latin1");
  head.writeUInt32LE(value, 4);
  return head;
}

const syncRequest = (id: string, payload: Uint8Array) => Buffer.concat([syncWord(id, payload.length), payload]);
