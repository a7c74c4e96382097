/**
 * Configuration of token verification for writes. An incomplete configuration is an error, because it would silently leave
 * writes unprotected.
 */

import { z } from 'zod';
import { HttpUrl, wholeNumber } from './config-limits.ts';

/** Asymmetric algorithms only. `none` is insecure, and HS* would require the issuer's secret here. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

const Algorithms = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(z.enum(algorithms, `expected one or more of ${algorithms.join(', ')}, separated by commas`)));

export const authEnvironment = {
  AUTH_JWKS_URL: HttpUrl.optional(),
  AUTH_JWKS_FILE: z.string().min(1).optional(),
  AUTH_JWKS_COOLDOWN_SECONDS: wholeNumber(0, 3600).default(30),
  AUTH_ISSUER: z.string().min(1).optional(),
  AUTH_AUDIENCE: z.string().min(1).optional(),
  AUTH_ALGORITHMS: Algorithms.optional(),
};

type Variables = z.infer<z.ZodObject<typeof authEnvironment>>;

/** Location of the issuer's public keys. */
export type KeySource =
  | { readonly file: string }
  | {
      readonly url: URL;
      /** Minimum time between two fetches caused by unknown keys, in seconds. */
      readonly cooldownSeconds: number;
    };

export type AuthConfig = {
  readonly keys: KeySource;
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly (typeof algorithms)[number][];
};

/** Returns undefined if writes need no token. */
export function toAuthConfig(variables: Variables): AuthConfig | undefined {
  const {
    AUTH_JWKS_URL: url,
    AUTH_JWKS_FILE: file,
    AUTH_ISSUER: issuer,
    AUTH_AUDIENCE: audience,
  } = variables;
  if (issuer === undefined || audience === undefined) return undefined;
  const chosen = { issuer, audience, algorithms: variables.AUTH_ALGORITHMS ?? ['RS256', 'ES256', 'EdDSA'] };
  if (file !== undefined) return { ...chosen, keys: { file } };
  if (url === undefined) return undefined;
  return {
    ...chosen,
    keys: { url: new URL(url), cooldownSeconds: variables.AUTH_JWKS_COOLDOWN_SECONDS },
  };
}

/** Reports incomplete and contradictory settings. */
export function checkAuth(variables: Variables, report: (name: string, message: string) => void): void {
  const { AUTH_JWKS_URL: url, AUTH_JWKS_FILE: file } = variables;
  if (url !== undefined && file !== undefined) {
    report('AUTH_JWKS_FILE', 'cannot be combined with AUTH_JWKS_URL');
  }
  const hasKeys = url !== undefined || file !== undefined;
  for (const name of ['AUTH_ISSUER', 'AUTH_AUDIENCE'] as const) {
    if (hasKeys && variables[name] === undefined) {
      report(
        name,
        'required with AUTH_JWKS_URL or AUTH_JWKS_FILE, to reject tokens of other issuers or for other audiences',
      );
    }
  }
  for (const name of ['AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_ALGORITHMS'] as const) {
    if (!hasKeys && variables[name] !== undefined) {
      report(name, 'has no effect without AUTH_JWKS_URL or AUTH_JWKS_FILE');
    }
  }
}
