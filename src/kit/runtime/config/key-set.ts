/** Public keys for token verification, from a file or from the issuer, who may rotate them. */

import { readFile } from 'node:fs/promises';
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { Problem } from '../../domain/problem.ts';
import { ConfigError } from './config.ts';
import type { KeySource } from './config-auth.ts';

/** A JSON Web Key Set (RFC 7517) without secret keys. */
const PublicKeys = z.object(
  {
    keys: z
      .array(
        z
          .looseObject(
            { kty: z.enum(['RSA', 'EC', 'OKP'], 'must be a public key (RSA, EC or OKP)') },
            'must be a public key (RSA, EC or OKP)',
          )
          .refine((key) => !('d' in key), 'is a private key'),
        'must be a list of keys',
      )
      .min(1, 'must not be empty'),
  },
  'must be an object',
);

/** @throws ConfigError if the file cannot be read or is not a set of public keys */
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
    throw new ConfigError(`AUTH_JWKS_FILE=${file}: not a JSON Web Key Set of public keys: ${reason}`);
  }
}

/**
 * Fetches the keys on first use, and again when they are older than ten minutes or a token refers to an unknown key. A failed
 * fetch is reported as `unavailable`, because it does not mean that the token is invalid.
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
      throw new Problem('unavailable', 'The keys for token verification cannot be fetched.', {
        cause: error,
      });
    }
  };
}
