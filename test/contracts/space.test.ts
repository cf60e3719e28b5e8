import { loadSpaces } from "../../src/spaces/index.js";
import { spaceContract } from "./space.js";

for (const space of await loadSpaces()) spaceContract(space);
