/** The engines that can be measured on phones, each by its own benchmark tool. */
import { mindsporeLite } from "./mindspore-lite.js";
import { ncnn } from "./ncnn.js";
import { tflite } from "./tflite.js";
import type { PhoneTool } from "./tool.js";

export const phoneTools: readonly PhoneTool[] = [tflite, ncnn, mindsporeLite];
