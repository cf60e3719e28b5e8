/**
 * The environment in which libraries do not report to their makers: what is predicted and measured stays on this machine. Names of the
 * variables: onnxruntime 1.30 (pull requests 27379 and 29843 of its repository), which otherwise also writes an identifier of the device
 * into the user's folder; the third is asked for by many programs.
 */
export const withoutTelemetry: Readonly<Record<string, string>> = {
  ORT_DISABLE_TELEMETRY: "1",
  ORT_TELEMETRY_DISABLED: "1",
  DO_NOT_TRACK: "1",
};
