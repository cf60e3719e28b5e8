/**
 * Who may ask. A page of another site that a visitor has open can send requests to this machine too, so requests that a browser marks as
 * another site's are refused, and so are those to a host name that is not ours (a name that was pointed here). A server that listens
 * beyond its own machine asks for its token as well.
 */
import type { MiddlewareHandler } from "hono";
import { sha256 } from "../base/index.js";

export interface GuardOptions {
  /** Host names that requests may name; empty: any, since the token decides. */
  readonly hosts: readonly string[];
  /** Asked for by everything but the page's own files. */
  readonly token?: string | undefined;
}

export const loopbackHosts: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** 403 for a foreign origin or host. */
const sameOrigin =
  ({ hosts }: GuardOptions): MiddlewareHandler =>
  async (c, next) => {
    const { hostname, host } = new URL(c.req.url);
    const origin = c.req.header("origin");
    const isForeign = origin !== undefined && hostOf(origin) !== host;
    const crossSite = c.req.header("sec-fetch-site") === "cross-site" && c.req.method !== "GET";
    if (isForeign || crossSite || (hosts.length > 0 && !hosts.includes(hostname)))
      return c.json(refusal("another site asks"), 403);
    return next();
  };

/** 401 without the token. */
const withToken =
  ({ token }: GuardOptions): MiddlewareHandler =>
  async (c, next) => {
    const given = c.req.header("authorization")?.replace(/^Bearer /, "") ?? c.req.query("token");
    if (token !== undefined && !isSame(token, given ?? ""))
      return c.json(refusal("the token is missing or wrong"), 401);
    return next();
  };

/** Takes as long for a token that is nearly right as for any other. */
const isSame = (token: string, given: string) => sha256(token) === sha256(given);

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

const refusal = (message: string) => ({
  code: "refused",
  message,
  hint: "open the address that litepred serve has printed",
});

export const guardedBy = (options: GuardOptions) => ({ origin: sameOrigin(options), token: withToken(options) });
