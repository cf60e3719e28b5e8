/** What the readers and predictors use of node:crypto, in a browser. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

const utf8 = new TextEncoder();

export function createHash(_name: "sha256") {
  const hash = sha256.create();
  const self = {
    update(content: Uint8Array | string) {
      hash.update(typeof content === "string" ? utf8.encode(content) : content);
      return self;
    },
    digest: (_encoding: "hex") => bytesToHex(hash.digest()),
  };
  return self;
}

export const randomUUID = () => crypto.randomUUID();
