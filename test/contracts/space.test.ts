import { loadSpaces, timedSpaceNames } from "../../src/spaces/index.js";
import { spaceContract } from "./space.js";

for (const space of await loadSpaces([...timedSpaceNames, "accel-nasbench"])) spaceContract(space);
