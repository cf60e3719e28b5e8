/**
 * Android phones over adb, without root: engines behind the usual contract that run in their own benchmark tools on a
 * phone. In: device name, engine and version of a platform id, tool files of the user. Out: Engine, facts of phones.
 */
export { attachedEngines, attachedPlatforms, openAttachedPlatform, phoneFindings } from "./attached.js";
export { findPhoneEngine, type PhoneEngine, phoneEngines, phoneTool } from "./engine.js";
export { type PhoneFacts, phoneSlug } from "./facts.js";
export { type AttachedPhone, anyPhone, attachedPhones, findPhone, stateHints } from "./phones.js";
export { serverAddress } from "./server.js";
export { phoneTools } from "./tools/index.js";
