import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { openStore } from "../../src/measurements/index.js";
import { storeContract } from "./store.js";

const home = mkdtempSync(join(tmpdir(), "litepred-store-kit-"));
after(() => rmSync(home, { recursive: true, force: true }));

storeContract("of a workspace", (place) => openStore(join(home, place)));
