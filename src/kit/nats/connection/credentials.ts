/** NATS credentials from a file. The file is read at every connect, so that rotating it needs no restart. */

import { readFileSync } from 'node:fs';
import { credsAuthenticator, nkeyAuthenticator, type Authenticator } from 'nats';

export type CredentialsFile = {
  /** `creds`: a JWT and its seed, as written by `nsc`; `nkey`: a seed alone. */
  readonly kind: 'creds' | 'nkey';
  readonly path: string;
};

/**
 * Returns an authenticator that signs each nonce with the current content of `file`. If the file cannot be read at a
 * reconnect, it calls `onUnreadable` and uses the previous content: an authenticator that throws would close the
 * connection permanently (nats.js 3.4).
 *
 * @throws Error if the file cannot be read now. The message never quotes the content.
 */
export function createFileAuthenticator(
  file: CredentialsFile,
  onUnreadable: (error: Error) => void = () => undefined,
): Authenticator {
  let lastRead = readCredentials(file);
  return (nonce) => {
    try {
      lastRead = readCredentials(file);
    } catch (error) {
      onUnreadable(error instanceof Error ? error : new Error(String(error)));
    }
    return lastRead(nonce);
  };
}

/** @throws Error if the file cannot be read or does not contain credentials of its kind. */
function readCredentials({ kind, path }: CredentialsFile): Authenticator {
  const content = readFileSync(path);
  const authenticator = kind === 'creds' ? credsAuthenticator(content) : nkeyAuthenticator(findSeed(content));
  try {
    // An incomplete seed is only detected by signing.
    authenticator('nonce');
  } catch (cause) {
    const expected =
      kind === 'creds' ? 'a .creds file (a JWT and a seed)' : 'an nkey seed (it begins with SU)';
    throw new Error(`${path} is not ${expected}`, { cause });
  }
  return authenticator;
}

/** Finds the seed, with or without the header and footer lines that `nsc` writes around it. */
function findSeed(content: Uint8Array): Uint8Array {
  const seed = /^\s*(SU[A-Z2-7]+)\s*$/m.exec(new TextDecoder().decode(content))?.[1] ?? 'none';
  return new TextEncoder().encode(seed);
}
