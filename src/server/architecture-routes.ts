/** Architectures of a published space are sent, and what they cost and reach is the answer: for searches of other programs. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { type ArchitectureDesk, openArchitectures } from "../jobs/architectures.js";
import type { Offers } from "./offers.js";
import { failures, reply } from "./replies.js";
import { architecturesBody, architecturesSchema } from "./schemas.js";

const architecturesRoute = createRoute({
  method: "post",
  path: "/api/architectures",
  summary: "Accuracy and latency of architectures of a search space",
  request: { body: { content: { "application/json": { schema: architecturesBody } }, required: true } },
  responses: { 200: reply(architecturesSchema, "an answer an architecture, in their order"), ...failures },
});

/** Spaces and platforms whose predictors are kept at hand. Choice. */
const mostDesks = 8;

export function addArchitectureRoutes(app: OpenAPIHono, { home, pools }: Offers): void {
  const desks = new Map<string, Promise<ArchitectureDesk>>();
  const deskOf = (space: string, platforms: readonly string[], level: number) => {
    const key = JSON.stringify([space, platforms, level]);
    let desk = desks.get(key);
    if (desk === undefined) {
      desk = openArchitectures({ home, pools, space, platforms, level, accuracyIsOptional: true });
      desks.set(key, desk);
      // What could not be opened is tried anew the next time.
      desk.catch(() => desks.delete(key));
      const [oldest] = desks.keys();
      if (desks.size > mostDesks) desks.delete(oldest!);
    }
    return desk;
  };
  app.openapi(architecturesRoute, async (c) => {
    const { space, platforms, level, architectures } = c.req.valid("json");
    const desk = await deskOf(space, platforms, level);
    return c.json((await desk.ask(architectures)) as never, 200);
  });
}
