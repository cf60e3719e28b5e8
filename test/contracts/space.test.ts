import { loadSpaces, spaceNames } from "../../src/spaces/index.js";
import { spaceContract } from "./space.js";

for (const space of await loadSpaces([...spaceNames, "accel-nasbench"])) spaceContract(space);
