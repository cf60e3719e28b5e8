/** A model is sent as the body of a request, and its latency or its kernels are the answer. */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { kernelsOf, predictGraphs } from "../jobs/predict.js";
import { readModel } from "../readers/index.js";
import { type NamedGraph, parseInputShapes } from "../workspace/index.js";
import type { Offers } from "./offers.js";
import { failures, reply } from "./replies.js";
import { kernelsQuery, kernelsSchema, predictionSchema, predictQuery } from "./schemas.js";

/** The file's bytes, as they are. */
export const modelBody = {
  content: { "application/octet-stream": { schema: z.string().openapi({ format: "binary" }) } },
  description: "an ONNX or TFLite file",
  required: true,
};

const predictRoute = createRoute({
  method: "post",
  path: "/api/predict",
  summary: "A model's latency on one platform, or on all of the pool",
  request: { query: predictQuery, body: modelBody },
  responses: { 200: reply(z.array(predictionSchema), "a prediction a platform"), ...failures },
});

const kernelsRoute = createRoute({
  method: "post",
  path: "/api/kernels",
  summary: "The kernels that an engine runs a model as",
  request: { query: kernelsQuery, body: modelBody },
  responses: { 200: reply(kernelsSchema, "kernels"), ...failures },
});

export function addPredictionRoutes(app: OpenAPIHono, offers: Offers): void {
  app.openapi(predictRoute, async (c) => {
    const { name, input, platform, level } = c.req.valid("query");
    const graph = read(name, input, await c.req.arrayBuffer());
    return c.json((await predictGraphs({ ...offers, platform, level }, [graph])) as never, 200);
  });
  app.openapi(kernelsRoute, async (c) => {
    const { name, input, engine } = c.req.valid("query");
    return c.json(kernelsOf(read(name, input, await c.req.arrayBuffer()), engine) as never, 200);
  });
}

/** Weights in files of their own are not at hand; small constants in them are the only ones that are missed. */
function read(name: string, input: readonly string[], body: ArrayBuffer): NamedGraph {
  return { model: name, graph: readModel(new Uint8Array(body), { name, inputShapes: parseInputShapes(input) }) };
}
