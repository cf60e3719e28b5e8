/** The application on a port. Listening beyond this machine needs a token, which stands in the address that is printed. */
import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { LitepredError } from "../base/index.js";
import { createApp } from "./app.js";
import { loopbackHosts } from "./guard.js";
import type { Offers } from "./offers.js";
import { openPage } from "./page.js";

export interface ListenOptions extends Offers {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly maxUploadBytes: number;
}

export interface Listening {
  /** What to open, with the token where one is asked for. */
  readonly url: string;
  close(): Promise<void>;
}

/** @throws LitepredError `bad-usage` where the address cannot be listened at. */
export async function listen({ host, port, maxUploadBytes, ...offers }: ListenOptions): Promise<Listening> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new LitepredError("bad-usage", `there is no port ${port}`, "a number from 0 to 65535");
  const isLoopback = ["127.0.0.1", "::1", "localhost"].includes(host);
  const token = isLoopback ? undefined : randomBytes(18).toString("base64url");
  const hosts = isLoopback ? loopbackHosts : [];
  const app = createApp({ offers, page: openPage(), hosts, token, maxUploadBytes });
  const { server, address } = await bind(app.fetch, host, port);
  const name = host.includes(":") ? `[${host}]` : host;
  return {
    url: `http://${name}:${address.port}/${token === undefined ? "" : `?token=${token}`}`,
    async close() {
      await app.close();
      server.close();
      if ("closeAllConnections" in server) server.closeAllConnections();
    },
  };
}

function bind(fetch: ReturnType<typeof createApp>["fetch"], hostname: string, port: number) {
  return new Promise<{ server: ReturnType<typeof serve>; address: AddressInfo }>((resolve, reject) => {
    const server = serve({ fetch, hostname, port }, (address) => resolve({ server, address }));
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        new LitepredError(
          "bad-usage",
          `cannot listen at ${hostname}:${port}: ${error.message}`,
          "choose another --port",
        ),
      ),
    );
  });
}
