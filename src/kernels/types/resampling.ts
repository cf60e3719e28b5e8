/** Images sampled at other places: outside ONNX Runtime's blocked layout by plain loops, much slower than the blocked upsample. */
import { integers } from "../../graph/index.js";
import { choice, defineKernelType, option, size } from "../define.js";
import { flag } from "../sizes.js";
import { phases, resamplingPerOutput } from "./layout.js";

/** What the factor between the sizes means for where a pixel lies. */
export const coordinates = ["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"] as const;

export const resizePlain = defineKernelType({
  name: "resize-plain",
  summary: "An image resampled to outH × outW by plain loops, on engines whose blocked layout has other code for it.",
  fields: {
    c: size(64, 1 << 20),
    h: size(28, 8192),
    w: size(28, 8192),
    outH: size(56, 8192),
    outW: size(56, 8192),
    mode: choice("nearest", "linear", "cubic"),
    coordinate: choice(...coordinates),
    order: choice("nchw", "nhwc"),
  },
  flops: (c) => resamplingPerOutput[c.mode] * c.c * c.outH * c.outW,
  elements: (c) => ({ input: c.c * c.h * c.w, output: c.c * c.outH * c.outW }),
  derived: {
    "log output pixels": (c) => Math.log(c.outH * c.outW),
    "log scale": (c) => Math.log((c.outH * c.outW) / (c.h * c.w)),
    "is doubled": (c) => flag(c.outH === 2 * c.h && c.outW === 2 * c.w),
    "is unchanged": (c) => flag(c.outH === c.h && c.outW === c.w),
    "log phases": (c) => Math.log(phases(c)),
  },
  invalid: (c) => (c.order === "nhwc" && c.mode === "cubic" ? "cubic is for nchw" : undefined),
  repair: (c) => (c.order === "nhwc" && c.mode === "cubic" ? { ...c, order: "nchw" } : c),
  build(b, c) {
    const last = c.order === "nhwc";
    const x = b.input("x", last ? [1, c.h, c.w, c.c] : [1, c.c, c.h, c.w]);
    const sizes = integers(b, last ? [1, c.outH, c.outW, c.c] : [1, c.c, c.outH, c.outW]);
    return b.node("Resize", [x, "", "", sizes], {
      mode: c.mode,
      coordinate_transformation_mode: c.coordinate,
      ...(c.mode === "nearest" ? { nearest_mode: "floor" } : {}),
    });
  },
});

export const gridSample = defineKernelType({
  name: "grid-sample",
  summary: "An image read at outH × outW places that another tensor gives.",
  fields: {
    batch: option(1, 4096),
    c: size(32, 1 << 16),
    h: size(56, 8192),
    w: size(56, 8192),
    outH: size(56, 8192),
    outW: size(56, 8192),
    mode: choice("linear", "nearest", "cubic"),
    padding: choice("zeros", "border", "reflection"),
  },
  flops: (c) => (resamplingPerOutput[c.mode] * c.c + 10) * c.batch * c.outH * c.outW,
  elements: (c) => ({
    input: c.batch * (c.c * c.h * c.w + 2 * c.outH * c.outW),
    output: c.batch * c.c * c.outH * c.outW,
  }),
  derived: { "log output pixels": (c) => Math.log(c.outH * c.outW), "log channels": (c) => Math.log(c.c) },
  build(b, c) {
    const grid = b.input("grid", [c.batch, c.outH, c.outW, 2]);
    const mode = { linear: "bilinear", nearest: "nearest", cubic: "bicubic" }[c.mode];
    return b.node("GridSample", [b.input("x", [c.batch, c.c, c.h, c.w]), grid], {
      mode,
      padding_mode: c.padding,
    });
  },
});
