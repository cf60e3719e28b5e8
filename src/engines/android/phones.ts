/** The phones attached to this machine, and the one that a platform id means. */
import { LitepredError } from "../../base/index.js";
import { type PhoneFacts, phoneSlug, readFacts } from "./facts.js";
import { type ListedPhone, listPhones, openLink } from "./link.js";
import { serverAddress } from "./server.js";

/** Device name that stands for the only phone attached, as `local` does for this machine. */
export const anyPhone = "android";

export interface AttachedPhone {
  readonly serial: string;
  /** adb's word: "device" where it can be used. */
  readonly state: string;
  /** Absent where it cannot be used. */
  readonly facts?: PhoneFacts;
  /** Device name in platform ids. */
  readonly slug?: string;
}

/** What to do about a phone that adb lists but cannot use, by adb's word. */
export const stateHints: Readonly<Record<string, string>> = {
  unauthorized:
    "unlock the phone and allow USB debugging for this computer (adb kill-server, then adb start-server, asks again)",
  authorizing: "unlock the phone and allow USB debugging for this computer",
  offline: "unplug it and plug it in again, or adb reconnect offline",
  "no permissions": "on Linux: install android-sdk-platform-tools-common (udev rules) and plug it in again",
  recovery: "reboot it into Android: adb reboot",
  sideload: "reboot it into Android: adb reboot",
  bootloader: "reboot it into Android: fastboot reboot",
};

/** Undefined where no adb server runs. Phones that cannot be used, or that go away meanwhile, come without facts. */
export async function attachedPhones(): Promise<AttachedPhone[] | undefined> {
  const listed = await listPhones();
  return listed && Promise.all(listed.map(describePhone));
}

async function describePhone({ serial, state }: ListedPhone): Promise<AttachedPhone> {
  if (state !== "device") return { serial, state };
  try {
    const facts = await readFacts(openLink(serial));
    return { serial, state, facts, slug: phoneSlug(facts.model) };
  } catch {
    return { serial, state: "offline" };
  }
}

/**
 * The attached phone of a device name. Among several that bear it, `serial` (as in platform ids, where a character that
 * ids cannot hold is "_") decides, else the environment's `ANDROID_SERIAL`, as for adb itself.
 * @throws LitepredError `engine-unavailable` telling which phones there are and what to do
 */
export async function findPhone(
  device: string,
  serial: string | undefined,
): Promise<AttachedPhone & { facts: PhoneFacts }> {
  const phones = await attachedPhones();
  const { host, port } = serverAddress();
  if (phones === undefined)
    throw unavailable(
      `"${device}" is not this machine, and no adb server answers at ${host}:${port}, so no phone can be measured`,
      "for a phone: adb start-server, then adb devices; see docs/how-to/android.md. For other devices: litepred import",
    );
  const wanted = serial ?? process.env.ANDROID_SERIAL;
  const named = phones.filter((phone) => phone.slug === device || device === anyPhone);
  const matching = wanted === undefined ? named : named.filter((phone) => sameSerial(phone.serial, wanted));
  const usable = matching.filter(isUsable);
  if (usable.length === 1) return usable[0]!;
  if (usable.length > 1)
    throw unavailable(
      `${usable.length} phones attached are "${device}": ${usable.map((phone) => phone.serial).join(", ")}`,
      "choose one with ANDROID_SERIAL=…, or with the option serial=… if they shall be platforms of their own",
    );
  const stuck = phones.find((phone) => !isUsable(phone) && (wanted === undefined || sameSerial(phone.serial, wanted)));
  if (stuck) throw unavailable(`phone ${stuck.serial} is ${stuck.state}`, stateHints[stuck.state] ?? "see adb devices");
  const others = phones.flatMap(({ slug, serial: known }) => (slug === undefined ? [] : [`${slug} (${known})`]));
  throw unavailable(
    `no phone "${device}"${wanted === undefined ? "" : ` with serial ${wanted}`} is attached`,
    others.length === 0 ? "plug it in and see that adb devices lists it" : `attached: ${others.join(", ")}`,
  );
}

const isUsable = (phone: AttachedPhone): phone is AttachedPhone & { facts: PhoneFacts } => phone.facts !== undefined;
const sameSerial = (serial: string, wanted: string) => serial === wanted || serial.replace(/[^\w.+-]/g, "_") === wanted;
const unavailable = (message: string, hint: string) => new LitepredError("engine-unavailable", message, hint);
