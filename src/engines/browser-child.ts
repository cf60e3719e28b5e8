/**
 * The child process of an engine written in JavaScript (agents/browser). Started as
 * `node browser-child.js node|chromium AGENT FOLDER [CHROMIUM]`, FOLDER being where npm installed the engine; speaks
 * wire.ts. Nothing else may import it.
 */
import { createInterface } from "node:readline";
import { openInChromium } from "./browser-chromium.js";
import { openInNode } from "./browser-node.js";
import type { WireRequest } from "./process/wire.js";

const [hostName, agent = "", folder = "", chromium = ""] = process.argv.slice(2);
const opened = await (hostName === "chromium" ? openInChromium(agent, folder, chromium) : openInNode(agent, folder));

for await (const line of createInterface({ input: process.stdin })) {
  const { id, ...request } = JSON.parse(line) as WireRequest & { id: number };
  process.stdout.write(`${JSON.stringify({ id, ...(await opened.answer(request as WireRequest)) })}\n`);
}
await opened.close();
