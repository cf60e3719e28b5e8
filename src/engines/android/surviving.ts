/** Work on a phone that may go away for a moment: it is waited for, and what it interrupted is done once more. */
import { LitepredError } from "../../base/index.js";
import { EngineFailure } from "../contract.js";
import type { PhoneFacts } from "./facts.js";
import { type PhoneLink, PhoneLost } from "./link.js";
import { PhoneRefusal, PhoneTimeout } from "./server.js";

/** Does `work`, which `what` names in messages. @throws LitepredError `engine-unavailable` where the phone stays away or takes no files */
type Survive = <T>(what: string, work: () => Promise<T>) => Promise<T>;

export interface Surviving {
  /** What takes the phone down twice is the end. */
  readonly all: Survive;
  /** A model that takes the phone down twice fails alone. @throws EngineFailure `crash` */
  readonly model: Survive;
}

export interface SurvivingPhone {
  readonly link: PhoneLink;
  readonly facts: PhoneFacts;
  /** How long it is waited for. */
  readonly reconnectMs: number;
  /** Before work that was interrupted is done once more. */
  recover(): Promise<void>;
}

/** First try, and one more. */
const attempts = 2;

export function survivingOn(phone: SurvivingPhone): Surviving {
  return {
    all: (what, work) => repeated(phone, what, work, ({ message }) => gone(phone.facts, message)),
    model: (what, work) => repeated(phone, what, work, ({ message }) => new EngineFailure("crash", message)),
  };
}

/** Throws `endOf` what interrupted the last attempt. */
async function repeated<T>(
  { link, facts, reconnectMs, recover }: SurvivingPhone,
  what: string,
  work: () => Promise<T>,
  endOf: (interrupted: Error) => Error,
): Promise<T> {
  let interruption = "";
  for (let attempt = 0; attempt < attempts; attempt++)
    try {
      if (attempt > 0) await recover();
      return await work();
    } catch (error) {
      if (error instanceof PhoneRefusal) throw refused(facts, error);
      if (!isAway(error)) throw error;
      if (!(await link.returns(reconnectMs))) throw gone(facts, error.message);
      interruption = error.message;
    }
  throw endOf(new Error(`the phone went away twice during ${what}: ${interruption}`));
}

export const isAway = (error: unknown): error is PhoneLost | PhoneTimeout =>
  error instanceof PhoneLost || error instanceof PhoneTimeout;

function refused({ model, serial }: PhoneFacts, error: Error): LitepredError {
  const hint =
    "adb shell df /data/local/tmp shows whether there is room; adb shell rm -r /data/local/tmp/litepred makes some";
  return new LitepredError("engine-unavailable", `${model} (${serial}) takes no files: ${error.message}`, hint);
}

function gone({ model, serial }: PhoneFacts, reason: string): LitepredError {
  return new LitepredError(
    "engine-unavailable",
    `${model} (${serial}) has gone: ${reason}`,
    "plug it in again and unlock it; the same command goes on from there",
    { serial },
  );
}
