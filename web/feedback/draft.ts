// What somebody filled in, on this device only: sealed with a key made of the code, so that nobody who opens this
// browser without the link can read it.

import type { Filled } from "./answers";

const PREFIX = "ipp-draft-";
const IV_BYTES = 12;

interface Kept {
  until: string;
  sealed: string;
}

export class Draft {
  private constructor(
    private readonly key: CryptoKey,
    private readonly name: string,
    private readonly until: string,
  ) {}

  /** Open the draft of this code, which is kept until the moment `until`. Drafts that are over are removed. */
  static async open(code: string, until: string): Promise<Draft> {
    removeOver();
    const material = await crypto.subtle.importKey("raw", utf8(code), "HKDF", false, ["deriveKey", "deriveBits"]);
    const key = await crypto.subtle.deriveKey(derivation("key"), material, { name: "AES-GCM", length: 256 }, false, [
      "encrypt",
      "decrypt",
    ]);
    const name = await crypto.subtle.deriveBits(derivation("name"), material, 128);
    return new Draft(key, PREFIX + hex(new Uint8Array(name)), until);
  }

  async read(): Promise<Filled | null> {
    try {
      const kept: Kept = JSON.parse(localStorage.getItem(this.name) ?? "null");
      const sealed = Uint8Array.from(atob(kept.sealed), (char) => char.charCodeAt(0));
      const opened = await crypto.subtle.decrypt(
        { name: "AES-GCM", iv: sealed.slice(0, IV_BYTES) },
        this.key,
        sealed.slice(IV_BYTES),
      );
      return JSON.parse(new TextDecoder().decode(opened));
    } catch {
      return null;
    }
  }

  /** Keep what was filled in. Returns false when this browser keeps nothing. */
  async keep(filled: Filled): Promise<boolean> {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.key, utf8(JSON.stringify(filled)));
    const bytes = [...iv, ...new Uint8Array(sealed)];
    const kept: Kept = { until: this.until, sealed: btoa(bytes.map((byte) => String.fromCharCode(byte)).join("")) };
    try {
      localStorage.setItem(this.name, JSON.stringify(kept));
      return true;
    } catch {
      return false;
    }
  }

  remove(): void {
    try {
      localStorage.removeItem(this.name);
    } catch {
      // Nothing was kept.
    }
  }
}

function removeOver(): void {
  try {
    for (const name of Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))) {
      const kept: Kept = JSON.parse(localStorage.getItem(name) ?? "null");
      if (!(new Date(kept.until).getTime() > Date.now())) localStorage.removeItem(name);
    }
  } catch {
    // Storage is off, or holds something of another program.
  }
}

function derivation(purpose: string): HkdfParams {
  return { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8(`ipp draft ${purpose} v1`) };
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(text));
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
