/** Long jobs: started by a request, followed as server-sent events from their beginning, cancelled by another request. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { streamSSE } from "hono/streaming";
import { isBad, LitepredError, naming } from "../base/index.js";
import type { Offers } from "./offers.js";
import { modelBody } from "./prediction-routes.js";
import { failures, reply } from "./replies.js";
import { adaptBody, errorSchema, jobSchema, measureQuery, searchBody } from "./schemas.js";
import type { TaskBody, TaskList } from "./task-list.js";

const started = { 202: reply(jobSchema, "the job that runs"), ...failures };
const unknown = { 404: reply(errorSchema, "no such job") };
const params = z.object({ id: z.string() });

const measureRoute = createRoute({
  method: "post",
  path: "/api/jobs/measure",
  summary: "Measures a model on a platform of this machine",
  request: { query: measureQuery, body: modelBody },
  responses: started,
});
const adaptRoute = createRoute({
  method: "post",
  path: "/api/jobs/adapt",
  summary: "Brings a new platform in from the pool",
  request: { body: { content: { "application/json": { schema: adaptBody } } } },
  responses: started,
});
const searchRoute = createRoute({
  method: "post",
  path: "/api/jobs/search",
  summary: "The best architectures of a space under latency budgets",
  request: { body: { content: { "application/json": { schema: searchBody } } } },
  responses: started,
});
const listRoute = createRoute({
  method: "get",
  path: "/api/jobs",
  summary: "Jobs, the last hundred, those of before a restart included",
  responses: { 200: reply(z.array(jobSchema), "jobs") },
});
const cancelRoute = createRoute({
  method: "delete",
  path: "/api/jobs/{id}",
  summary: "Cancels a job; what was measured is kept",
  request: { params },
  responses: { 200: reply(jobSchema, "the job"), ...unknown },
});
const eventsRoute = createRoute({
  method: "get",
  path: "/api/jobs/{id}/events",
  summary: "What a job tells, from its beginning: stage, progress, round, networks, front, result, error, end",
  request: { params },
  responses: { 200: { description: "server-sent events" }, ...unknown },
});

export function addTaskRoutes(app: OpenAPIHono, tasks: TaskList, offers: Offers): void {
  app.openapi(measureRoute, async (c) => {
    const query = c.req.valid("query");
    const body = measuring(offers.home, query, new Uint8Array(await c.req.arrayBuffer()));
    return c.json(tasks.start("measure", query.platform, body), 202);
  });
  app.openapi(adaptRoute, (c) => {
    const request = c.req.valid("json");
    return c.json(tasks.start("adapt", request.platform, adapting(offers, request)), 202);
  });
  app.openapi(searchRoute, (c) => {
    const request = c.req.valid("json");
    return c.json(tasks.start("search", request.platforms.join(" "), searching(offers, request)), 202);
  });
  app.openapi(listRoute, (c) => c.json([...tasks.list()], 200));
  app.openapi(cancelRoute, (c) => c.json(known(tasks.cancel(c.req.param("id"))), 200));
  app.openapi(eventsRoute, (c) => {
    const events = known(tasks.events(c.req.param("id")));
    return streamSSE(c, async (stream) => {
      for await (const { event, data } of events) await stream.writeSSE({ event, data: JSON.stringify(data) });
    }) as never;
  });
}

function known<T>(found: T | undefined): T {
  if (found === undefined) throw new LitepredError("unknown-name", "there is no such job", "see /api/jobs");
  return found;
}

/** Engines are given files: the model lies in a folder of its own while it is measured. */
function measuring(home: string, query: z.infer<typeof measureQuery>, bytes: Uint8Array): TaskBody {
  return async (tell, signal) => {
    const { measureFiles } = await import("../jobs/measure.js");
    const { makeScratch } = await import("../engines/index.js");
    const scratch = await makeScratch();
    const file = join(scratch.folder, query.name.endsWith(".tflite") ? "model.tflite" : "model.onnx");
    try {
      naming(file, () => writeFileSync(file, bytes));
      tell("stage", { label: "measuring", total: 1 });
      const [report] = await measureFiles({ ...query, home, models: [file], again: true, signal });
      if (isBad(report))
        throw new LitepredError(report.error.code, report.failed, "send a model that holds its weights");
      return { ...report, model: query.name };
    } finally {
      await scratch.remove();
    }
  };
}

type Tell = Parameters<TaskBody>[0];

/** What every long job tells. */
const watching = (tell: Tell) => ({
  onStage: (label: string, total: number) => tell("stage", { label, total }),
  onProgress: (done: number, note?: string) => tell("progress", { done, note }),
});

function adapting({ home, pools, engines }: Offers, request: z.infer<typeof adaptBody>): TaskBody {
  return async (tell, signal) => {
    const { adaptPlatform } = await import("../jobs/adapt.js");
    return adaptPlatform({
      ...request,
      home,
      pools,
      engine: engines?.[request.platform],
      method: "default",
      protocol: "quick",
      signal,
      ...watching(tell),
      onRound: (round, kernels) => tell("round", { ...round, kernels }),
      onNetworks: (points) => tell("networks", points),
    });
  };
}

/** A generation takes some milliseconds; nobody sees more pictures than this. Choice. */
const frontEveryMs = 500;

function atMostEvery<T>(ms: number, tell: (value: T) => void): (value: T) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (value) => {
    if (performance.now() - last < ms) return;
    last = performance.now();
    tell(value);
  };
}

function searching({ home, pools }: Offers, request: z.infer<typeof searchBody>): TaskBody {
  return async (tell, signal) => {
    const { search } = await import("../jobs/search.js");
    const { maxLatencyMs, ...rest } = request;
    const budgets = maxLatencyMs && { maxLatencyMs };
    const onFront = atMostEvery(frontEveryMs, (front: object) => tell("front", front));
    return search({ ...rest, ...budgets, home, pools, signal, ...watching(tell), onFront });
  };
}
