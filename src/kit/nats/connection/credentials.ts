/** Who this process is for the broker: a file, read again at every connect, so that changing it needs no restart. */

import { readFileSync } from 'node:fs';
import { credsAuthenticator, nkeyAuthenticator, type Authenticator } from 'nats';

export type CredentialsFile = {
  /** `creds`: a JWT and its seed, as `nsc` writes them; `nkey`: a seed alone. */
  readonly kind: 'creds' | 'nkey';
  readonly path: string;
};

/**
 * Signs what the broker asks with what the file holds at that moment. A file that cannot be read then is reported, and
 * what it held before is used: an authenticator that throws would end the connection for good (nats.js 3.4).
 *
 * @throws Error when it cannot be read now; the message never quotes what it holds.
 */
export function authenticateBy(
  file: CredentialsFile,
  onUnreadable: (error: Error) => void = () => undefined,
): Authenticator {
  let known = readCredentials(file);
  return (nonce) => {
    try {
      known = readCredentials(file);
    } catch (error) {
      onUnreadable(error instanceof Error ? error : new Error(String(error)));
    }
    return known(nonce);
  };
}

/** @throws Error when the file cannot be read or holds no credentials of its kind. */
function readCredentials({ kind, path }: CredentialsFile): Authenticator {
  const content = readFileSync(path);
  const authenticator = kind === 'creds' ? credsAuthenticator(content) : nkeyAuthenticator(findSeed(content));
  try {
    // Only signing shows whether the seed is whole.
    authenticator('nonce');
  } catch (cause) {
    const form = kind === 'creds' ? 'no .creds file: a JWT and a seed' : 'no nkey seed: it begins with SU';
    throw new Error(`${path} holds ${form}`, { cause });
  }
  return authenticator;
}

/** The seed may stand alone, or between the lines with which `nsc` frames it. */
function findSeed(content: Uint8Array): Uint8Array {
  const seed = /^\s*(SU[A-Z2-7]+)\s*$/m.exec(new TextDecoder().decode(content))?.[1] ?? 'none';
  return new TextEncoder().encode(seed);
}
