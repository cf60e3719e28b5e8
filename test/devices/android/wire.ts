/**
 * adb's transport protocol as the phone's daemon speaks it over TCP: messages of 24 bytes of header and a payload, streams
 * opened by the server, one write in flight on each. Source: system/core/adb/protocol.txt of Android.
 */
import type { Socket } from "node:net";

const commands = {
  CNXN: 0x4e584e43,
  AUTH: 0x48545541,
  OPEN: 0x4e45504f,
  OKAY: 0x59414b4f,
  CLSE: 0x45534c43,
  WRTE: 0x45545257,
};
type Command = keyof typeof commands;
const names = new Map(Object.entries(commands).map(([name, code]) => [code, name as Command]));

/** From this version on neither side sums up the payload. */
const version = 0x01000001;
const maxPayload = 256 * 1024;
/** AUTH's "here is a token to sign", sent again and again by a phone whose user has not agreed. */
const token = 1;

interface Message {
  readonly command: Command;
  readonly arg0: number;
  readonly arg1: number;
  readonly payload: Buffer;
}

function encode({ command, arg0, arg1, payload }: Message): Buffer {
  const head = Buffer.alloc(24);
  const code = commands[command];
  const sum = payload.reduce((total, byte) => total + byte, 0);
  for (const [i, value] of [code, arg0, arg1, payload.length, sum, code ^ 0xffffffff].entries())
    head.writeUInt32LE(value >>> 0, 4 * i);
  return Buffer.concat([head, payload]);
}

/** One stream: a service that the server has opened. */
export interface ServiceStream {
  readonly service: string;
  /** Ends when the server closes the stream. */
  readonly input: AsyncIterable<Buffer>;
  write(bytes: Uint8Array): Promise<void>;
  close(): void;
}

export interface Daemon {
  /** `ro.product.model` and the like, and `features`. */
  readonly banner: string;
  readonly authorized: boolean;
  serve(stream: ServiceStream): Promise<void>;
}

/** Speaks on one connection until it ends. */
export function speak(socket: Socket, daemon: Daemon): void {
  const streams = new Map<number, OpenStream>();
  let lastId = 0;
  const send = (command: Command, arg0: number, arg1: number, payload: Uint8Array | string = "") => {
    if (!socket.destroyed) socket.write(encode({ command, arg0, arg1, payload: Buffer.from(payload) }));
  };
  const handle = ({ command, arg0, arg1, payload }: Message) => {
    const stream = streams.get(arg1);
    switch (command) {
      case "AUTH":
      case "CNXN":
        if (!daemon.authorized) send("AUTH", token, 0, Buffer.alloc(20, 7));
        else send("CNXN", version, maxPayload, daemon.banner);
        return;
      case "OPEN": {
        const id = ++lastId;
        const opened = openStream(payload.toString().replace(/\0$/, ""), {
          write: (bytes) => send("WRTE", id, arg0, bytes),
          close: () => {
            if (streams.delete(id)) send("CLSE", id, arg0);
          },
        });
        streams.set(id, opened);
        send("OKAY", id, arg0);
        daemon.serve(opened.stream).then(opened.stream.close, opened.stream.close);
        return;
      }
      case "WRTE":
        if (stream === undefined) return send("CLSE", 0, arg0);
        stream.receive(payload);
        return send("OKAY", arg1, arg0);
      case "OKAY":
        return stream?.acknowledged();
      case "CLSE":
        streams.delete(arg1);
        return stream?.ended();
    }
  };
  readMessages(socket, handle);
  socket.on("error", () => {});
  socket.on("close", () => {
    for (const stream of streams.values()) stream.ended();
  });
}

interface OpenStream {
  readonly stream: ServiceStream;
  receive(bytes: Buffer): void;
  acknowledged(): void;
  ended(): void;
}

function openStream(service: string, wire: { write(bytes: Uint8Array): void; close(): void }): OpenStream {
  const received: Buffer[] = [];
  let over = false;
  let wake = () => {};
  let acknowledge = () => {};
  async function* input() {
    for (;;) {
      const next = received.shift();
      if (next) yield next;
      else if (over) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }
  return {
    receive(bytes) {
      received.push(bytes);
      wake();
    },
    acknowledged: () => acknowledge(),
    ended() {
      over = true;
      wake();
      acknowledge();
    },
    stream: {
      service,
      input: input(),
      async write(bytes) {
        for (let at = 0; at < bytes.length && !over; at += maxPayload) {
          const done = new Promise<void>((resolve) => {
            acknowledge = resolve;
          });
          wire.write(bytes.subarray(at, at + maxPayload));
          await done;
        }
      },
      close: wire.close,
    },
  };
}

function readMessages(socket: Socket, handle: (message: Message) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 24) {
      const size = rest.readUInt32LE(12);
      if (rest.length < 24 + size) return;
      const command = names.get(rest.readUInt32LE(0));
      const [arg0, arg1] = [rest.readUInt32LE(4), rest.readUInt32LE(8)];
      const payload = Buffer.from(rest.subarray(24, 24 + size));
      rest = rest.subarray(24 + size);
      if (command === undefined) return void socket.destroy();
      handle({ command, arg0, arg1, payload });
    }
  });
}
