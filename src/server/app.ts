/** The application: the page's files, the pool and the offered models for it, and the API, described at /api. */
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { LitepredError, packageVersion } from "../base/index.js";
import { addArchitectureRoutes } from "./architecture-routes.js";
import { type GuardOptions, guardedBy } from "./guard.js";
import { listModels, listPlatforms, measuredFile, modelPath, type Offers, predictorFile } from "./offers.js";
import { contentType, type Page } from "./page.js";
import { addPredictionRoutes } from "./prediction-routes.js";
import { errorReply, reply } from "./replies.js";
import { platformSchema } from "./schemas.js";
import { openTaskJournal } from "./task-journal.js";
import { createTaskList, type TaskList } from "./task-list.js";
import { addTaskRoutes } from "./task-routes.js";

export interface AppOptions extends GuardOptions {
  readonly offers: Offers;
  readonly page: Page;
  /** Larger uploads are refused. */
  readonly maxUploadBytes: number;
}

export interface App {
  readonly fetch: OpenAPIHono["fetch"];
  readonly request: OpenAPIHono["request"];
  /** Cancels the jobs that run. */
  close(): Promise<void>;
}

export function createApp(options: AppOptions): App {
  const app = new OpenAPIHono({
    defaultHook: (result, c) => {
      if (!result.success)
        return c.json({ code: "bad-usage", message: z.prettifyError(result.error), hint: "see /api" }, 400);
    },
  });
  const tasks: TaskList = createTaskList(openTaskJournal(join(options.offers.home, "jobs")));
  const { origin, token } = guardedBy(options);
  app.use(origin, headers);
  app.use("/api/*", token, sizeLimit(options.maxUploadBytes));
  app.use("/pool/*", token);
  app.use("/models/*", token);
  app.onError((error, c) => errorReply(c, error));
  app.notFound((c) => c.json({ code: "unknown-name", message: `there is no ${c.req.path}`, hint: "see /api" }, 404));
  app.openapi(platformsRoute, (c) => c.json(listPlatforms(options.offers) as never, 200));
  addPredictionRoutes(app, options.offers);
  addArchitectureRoutes(app, options.offers);
  addTaskRoutes(app, tasks, options.offers);
  app.doc31("/api", {
    openapi: "3.1.0",
    info: { title: "litepred", version: packageVersion(), description: "Latency prediction over HTTP" },
  });
  addFiles(app, options);
  return { fetch: app.fetch, request: app.request, close: () => tasks.close() };
}

const platformsRoute = createRoute({
  method: "get",
  path: "/api/platforms",
  summary: "The platforms of the pool, with provenance and error",
  responses: { 200: reply(z.array(platformSchema), "platforms") },
});

/** What the page reads besides itself lies where the static site has it. */
function addFiles(app: OpenAPIHono, { offers, page }: AppOptions): void {
  app.get("/pool/index.json", (c) => c.json(listPlatforms(offers)));
  app.get("/pool/:file", async (c) => {
    const name = c.req.param("file");
    const measured = name.endsWith(".json") ? await measuredFile(offers, name) : undefined;
    return measured === undefined
      ? file(c, "predictor.bin", predictorFile(offers, name))
      : c.body(measured, 200, { "content-type": "application/json" });
  });
  app.get("/models/index.json", (c) => c.json(listModels(offers)));
  app.get("/models/:at/:name", (c) => {
    const { at, name } = c.req.param();
    const path = modelPath(offers, `${at}/${name}`);
    return path === undefined
      ? c.notFound()
      : c.body(streamOf(path), 200, { "content-type": contentType("model.bin") });
  });
  app.get("*", (c) => {
    const path = c.req.path === "/" ? "index.html" : c.req.path.slice(1);
    return file(c, path, page.read(path));
  });
}

/** A model may be larger than what this process should hold. */
const streamOf = (path: string) => Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;

const file = (c: Context, path: string, bytes: Uint8Array | undefined) =>
  bytes === undefined
    ? c.notFound()
    : c.body(bytes as Uint8Array<ArrayBuffer>, 200, { "content-type": contentType(path) });

/** Nothing but the page's own scripts runs in it, and no other site frames it. */
const policy =
  "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

const headers: MiddlewareHandler = async (c, next) => {
  await next();
  c.header("content-security-policy", policy);
  c.header("x-content-type-options", "nosniff");
  c.header("referrer-policy", "no-referrer");
  c.header("cache-control", "no-cache");
};

const sizeLimit = (maxSize: number) =>
  bodyLimit({
    maxSize,
    onError: (c) =>
      errorReply(
        c,
        new LitepredError(
          "limit-exceeded",
          `the upload is larger than ${Math.round(maxSize / 2 ** 20)} MiB`,
          "drop the file on the page, which does not upload it, or start with --max-upload",
        ),
      ),
  });
