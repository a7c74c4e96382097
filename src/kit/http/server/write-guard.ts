/** Who may write: whoever brings a bearer token (RFC 6750) that is a JWT of the right issuer with the right scope. */

import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { Context } from 'koa';
import { Problem } from '../../domain/problem.ts';

export type WriteGuardOptions = {
  /** Finds the key that a token names. Throws a Problem `unavailable` when the keys cannot be had. */
  readonly keys: JWTVerifyGetKey;
  /** Signature algorithms that are taken; which one a token names is not for the token to decide. */
  readonly algorithms: readonly string[];
  readonly issuer: string;
  readonly audience: string;
  /** The scope that a token needs: `laptops:write`. */
  readonly scope: string;
  /** The authentication realm (RFC 9110, section 11.5). */
  readonly realm: string;
};

/** Seconds by which the clocks of the issuer and of this machine may differ. */
const clockToleranceSeconds = 5;

/** @returns what lets a request pass, or throws `unauthenticated`, `forbidden` or `unavailable`. */
export function createWriteGuard({
  keys,
  algorithms,
  issuer,
  audience,
  scope,
  realm,
}: WriteGuardOptions): (ctx: Context) => Promise<void> {
  function challenge(ctx: Context, parameters: string) {
    ctx.set('WWW-Authenticate', `Bearer realm="${realm}", ${parameters}`);
  }

  async function verify(ctx: Context, token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: [...algorithms],
        issuer,
        audience,
        clockTolerance: clockToleranceSeconds,
        // A token without an end could not be taken back.
        requiredClaims: ['exp'],
      });
      return payload;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      const reason = explain(error);
      challenge(ctx, `error="invalid_token", error_description="${reason}", scope="${scope}"`);
      throw new Problem('unauthenticated', `The token is not valid: ${reason}.`, { cause: error });
    }
  }

  return async (ctx) => {
    const token = /^Bearer +(\S+) *$/i.exec(ctx.get('Authorization'))?.[1];
    if (token === undefined) {
      challenge(ctx, `scope="${scope}"`);
      throw new Problem('unauthenticated', 'Send Authorization: Bearer with a token.');
    }
    if (scopesOf(await verify(ctx, token)).includes(scope)) return;
    challenge(ctx, `error="insufficient_scope", scope="${scope}"`);
    throw new Problem('forbidden', `The token does not carry the scope ${scope}.`);
  };
}

/** `scope` is a list with spaces (RFC 8693, section 4.2); some issuers send `scp`, also as an array. */
function scopesOf({ scope, scp }: JWTPayload): string[] {
  return [scope, scp].flat().flatMap((value) => (typeof value === 'string' ? value.split(' ') : []));
}

/** In words that WWW-Authenticate can carry: no quotes, and nothing that the token said of itself. */
function explain(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return `the claim ${error.claim} is missing or not what it should be`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not allowed';
  if (error instanceof errors.JWKSNoMatchingKey) return 'it is signed with a key that is not known';
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'it does not say which key it is signed with';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'the signature is wrong';
  return 'it is not a signed JWT';
}
