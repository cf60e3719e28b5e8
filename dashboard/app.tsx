import { engine } from "./engine/client.js";
console.log(await engine.pool());
