import { createRequire } from "node:module";
import type * as Ort from "onnxruntime-node";
import {
  type ComputeBackend,
  type ComputeOptions,
  type ComputeSession,
  LitepredError,
  type TensorData,
  type TensorValues,
  withoutTelemetry,
} from "../base/index.js";

/** The engine's library is 30 MB: it is loaded at the first session, not at import. */
let loaded: typeof Ort | undefined;
function engine(): typeof Ort {
  if (loaded === undefined) {
    // Read when the library is loaded.
    Object.assign(process.env, withoutTelemetry);
    loaded = createRequire(import.meta.url)("onnxruntime-node") as typeof Ort;
  }
  return loaded;
}

/**
 * Loads an ONNX model for repeated runs. Denormal numbers count as zero on the session's own threads.
 * @throws LitepredError "invalid-model" when the engine rejects it.
 */
export async function createSession(model: Uint8Array, options: ComputeOptions = {}): Promise<ComputeSession> {
  let session: Ort.InferenceSession;
  try {
    session = await engine().InferenceSession.create(model, {
      executionProviders: ["cpu"],
      intraOpNumThreads: options.threads ?? 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      extra: { session: { set_denormal_as_zero: "1" } },
    });
  } catch (error) {
    throw rejected(error);
  }
  return {
    async run(feeds) {
      const inputs: Record<string, Ort.Tensor> = {};
      for (const [name, tensor] of Object.entries(feeds)) inputs[name] = toEngine(tensor);
      try {
        const outputs = await session.run(inputs);
        return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, fromEngine(tensor)]));
      } catch (error) {
        throw rejected(error);
      }
    },
    release: () => session.release(),
  };
}

export const onnxRuntime: ComputeBackend = { createSession };

function rejected(error: unknown): LitepredError {
  const message = error instanceof Error ? error.message : String(error);
  return new LitepredError("invalid-model", `onnxruntime: ${message}`, "", {});
}

function toEngine({ shape, values }: TensorData): Ort.Tensor {
  const { Tensor } = engine();
  if (values instanceof Float32Array) return new Tensor("float32", values, shape);
  if (values instanceof BigInt64Array) return new Tensor("int64", values, shape);
  if (values instanceof Int32Array) return new Tensor("int32", values, shape);
  if (values instanceof Float64Array) return new Tensor("float64", values, shape);
  return new Tensor("bool", values, shape);
}

function fromEngine(tensor: Ort.Tensor): TensorData {
  return { shape: tensor.dims, values: tensor.data as TensorValues };
}
