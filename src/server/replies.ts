/** Answers of the routes, and errors as answers: the caller's faults with their hint, our own without a stack. */
import type { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { type ErrorCode, fileFault, LitepredError } from "../base/index.js";
import { errorSchema } from "./schemas.js";

export const reply = <T extends z.ZodType>(schema: T, description: string) => ({
  content: { "application/json": { schema } },
  description,
});

/** For the list of a route's responses. */
export const failures = { 400: reply(errorSchema, "the request or the model is at fault") };

const statusOf: Partial<Record<ErrorCode, ContentfulStatusCode>> = {
  "limit-exceeded": 413,
  "no-predictor": 404,
  "unknown-name": 404,
  "unknown-platform": 404,
  "engine-unavailable": 503,
  "file-system": 507,
};

/** An error as told to whoever asked; a fault of ours goes to the log with its stack, and says no more outside. */
export function errorTold(error: unknown): { code: string; message: string; hint: string } {
  const fault = error instanceof LitepredError ? error : fileFault(error);
  if (fault !== undefined) return { code: fault.code, message: fault.message, hint: fault.hint };
  // A body that is no JSON, before any route sees it.
  if (error instanceof HTTPException && error.status < 500)
    return { code: "bad-usage", message: error.message, hint: "see /api" };
  process.stderr.write(`litepred: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return { code: "internal", message: "litepred has failed here; its log says why", hint: "" };
}

export function errorReply(c: Context, error: unknown): Response {
  const told = errorTold(error);
  return c.json(told, told.code === "internal" ? 500 : (statusOf[told.code as ErrorCode] ?? 400));
}
