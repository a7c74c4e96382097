/** Whether writes need a token, and whose. Half a configuration is an error: nobody should believe in a lock that is open. */

import { z } from 'zod';
import { WholeNumber } from './config-limits.ts';

/** Signatures whose verifier cannot sign: never `none`, never HS*, whose key would be a shared secret. */
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
  .pipe(z.array(z.enum(algorithms)).min(1));

export const authEnvironment = {
  AUTH_JWKS_URL: z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }).optional(),
  AUTH_JWKS_FILE: z.string().min(1).optional(),
  AUTH_JWKS_COOLDOWN_SECONDS: WholeNumber(0, 3600).default(30),
  AUTH_ISSUER: z.string().min(1).optional(),
  AUTH_AUDIENCE: z.string().min(1).optional(),
  AUTH_ALGORITHMS: Algorithms.optional(),
};

type Variables = z.infer<z.ZodObject<typeof authEnvironment>>;

/** Where the public keys of the issuer are. */
export type KeySource =
  | { readonly file: string }
  | {
      readonly url: URL;
      /** Seconds after one fetch before a key that is not known causes another. */
      readonly cooldownSeconds: number;
    };

export type AuthConfig = {
  readonly keys: KeySource;
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly (typeof algorithms)[number][];
};

/** Undefined when writes need no token. */
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

/** Reports what is missing beside what is there. */
export function checkAuth(variables: Variables, report: (name: string, message: string) => void): void {
  const { AUTH_JWKS_URL: url, AUTH_JWKS_FILE: file } = variables;
  if (url !== undefined && file !== undefined) {
    report('AUTH_JWKS_FILE', 'keys come from here or from AUTH_JWKS_URL, not from both');
  }
  const hasKeys = url !== undefined || file !== undefined;
  for (const name of ['AUTH_ISSUER', 'AUTH_AUDIENCE'] as const) {
    if (hasKeys && variables[name] === undefined) {
      report(name, 'a key set needs it: a token of anyone else, or for anyone else, must not pass');
    }
  }
  for (const name of ['AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_ALGORITHMS'] as const) {
    if (!hasKeys && variables[name] !== undefined) {
      report(name, 'protects nothing without AUTH_JWKS_URL or AUTH_JWKS_FILE');
    }
  }
}
