// Locks answers in the browser, with the public key of the round: HPKE, RFC 9180. All have one length, so that the
// length of what is sent says nothing.

import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";

export interface RoundKey {
  suite: string;
  publicKey: string;
  info: string;
  size: number;
}

export class TooLongError extends Error {}

/** Whether this browser can do all that the page needs; asked before the first question. */
export async function canSeal(): Promise<boolean> {
  try {
    if (!globalThis.crypto?.subtle || !globalThis.TextEncoder) return false;
    await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
    return true;
  } catch {
    return false;
  }
}

/** The answers as JSON, sealed, in base64. Raises TooLongError. */
export async function seal(handedIn: unknown, key: RoundKey): Promise<string> {
  const written = new TextEncoder().encode(JSON.stringify(handedIn));
  if (written.length > key.size) throw new TooLongError(`${written.length} bytes`);
  const filled = new Uint8Array(key.size).fill(" ".charCodeAt(0));
  filled.set(written);
  const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  const point = Uint8Array.from(atob(key.publicKey), (char) => char.charCodeAt(0));
  const recipientPublicKey = await suite.kem.deserializePublicKey(point.buffer);
  const info = new Uint8Array(new TextEncoder().encode(key.info)).buffer;
  const { enc, ct } = await suite.seal({ recipientPublicKey, info }, filled.buffer);
  return base64(new Uint8Array(enc), new Uint8Array(ct));
}

/** A random UUID, also where `crypto.randomUUID` is not there. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

function base64(...parts: Uint8Array[]): string {
  return btoa(parts.flatMap((part) => [...part].map((byte) => String.fromCharCode(byte))).join(""));
}
