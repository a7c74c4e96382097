/** The public keys that tokens are verified with: from a file, or from their issuer, who changes them now and then. */

import { readFile } from 'node:fs/promises';
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { Problem } from '../../domain/problem.ts';
import { ConfigError } from './config.ts';
import type { KeySource } from './config-auth.ts';

/** RFC 7517; only what has no secret in it. */
const PublicKeys = z.object({
  keys: z
    .array(
      z
        .looseObject({ kty: z.enum(['RSA', 'EC', 'OKP'], 'must be a public key (RSA, EC or OKP)') })
        .refine((key) => !('d' in key), 'is a private key'),
    )
    .min(1),
});

/** @throws ConfigError when the file cannot be read or holds no public keys. */
export function openKeySet(source: KeySource): Promise<JWTVerifyGetKey> {
  return 'file' in source ? readKeySet(source.file) : Promise.resolve(followKeySet(source));
}

async function readKeySet(file: string): Promise<JWTVerifyGetKey> {
  try {
    return createLocalJWKSet(PublicKeys.parse(JSON.parse(await readFile(file, 'utf8'))));
  } catch (error) {
    const reason =
      error instanceof z.ZodError
        ? error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')
        : String(error);
    throw new ConfigError(`AUTH_JWKS_FILE=${file}: no JSON Web Key Set: ${reason}`);
  }
}

/**
 * Fetched when first needed, again every ten minutes, and when a token names a key that is not known.
 * That the issuer does not answer is no fault of the token.
 */
function followKeySet({ url, cooldownSeconds }: Exclude<KeySource, { file: string }>): JWTVerifyGetKey {
  const find = createRemoteJWKSet(url, { cooldownDuration: cooldownSeconds * 1000 });
  return async (header, token) => {
    try {
      return await find(header, token);
    } catch (error) {
      const isAboutToken =
        error instanceof errors.JWKSNoMatchingKey ||
        error instanceof errors.JWKSMultipleMatchingKeys ||
        error instanceof errors.JOSENotSupported;
      if (isAboutToken) throw error;
      throw new Problem('unavailable', 'The keys to verify tokens with cannot be fetched.', { cause: error });
    }
  };
}
