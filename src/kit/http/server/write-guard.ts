/** Authorizes writes by a bearer token (RFC 6750): a JWT with the configured issuer, audience and scope. */

import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { Context } from 'koa';
import { Problem } from '../../domain/problem.ts';

export type WriteGuardOptions = {
  /** Returns the key that a token refers to. Throws a Problem `unavailable` if the keys cannot be loaded. */
  readonly keys: JWTVerifyGetKey;
  /** Accepted signature algorithms. Without this list, the token itself would choose the algorithm. */
  readonly algorithms: readonly string[];
  readonly issuer: string;
  readonly audience: string;
  /** The required scope: `laptops:write`. */
  readonly scope: string;
  /** The authentication realm (RFC 9110, section 11.5). */
  readonly realm: string;
};

/** Tolerated clock difference between the issuer and this machine, in seconds. */
const clockToleranceSeconds = 5;

/**
 * Returns a function that returns the subject of the request's token. It throws `unauthenticated`, `forbidden` or `unavailable`
 * for an unauthorized request.
 */
export function createWriteGuard({
  keys,
  algorithms,
  issuer,
  audience,
  scope,
  realm,
}: WriteGuardOptions): (ctx: Context) => Promise<string | undefined> {
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
        // A token without an expiry would remain valid until its signing key is withdrawn.
        requiredClaims: ['exp'],
      });
      return payload;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      const reason = describeError(error);
      challenge(ctx, `error="invalid_token", error_description="${reason}", scope="${scope}"`);
      throw new Problem('unauthenticated', `The token is not valid: ${reason}.`, { cause: error });
    }
  }

  return async (ctx) => {
    const token = /^Bearer +(\S+) *$/i.exec(ctx.get('Authorization'))?.[1];
    if (token === undefined) {
      challenge(ctx, `scope="${scope}"`);
      throw new Problem(
        'unauthenticated',
        'The request has no bearer token. Send the header Authorization: Bearer <token>.',
      );
    }
    const payload = await verify(ctx, token);
    if (scopesOf(payload).includes(scope)) return toHeaderText(payload.sub ?? '') || undefined;
    challenge(ctx, `error="insufficient_scope", scope="${scope}"`);
    throw new Problem('forbidden', `The token does not have the scope ${scope}.`);
  };
}

/** A line break would end a header. */
function toHeaderText(subject: string): string {
  return subject.replaceAll(/\p{Cc}+/gu, ' ').trim();
}

/** `scope` is a space-separated list (RFC 8693, section 4.2). Some issuers send `scp` instead, as a string or an array. */
function scopesOf({ scope, scp }: JWTPayload): string[] {
  return [scope, scp].flat().flatMap((value) => (typeof value === 'string' ? value.split(' ') : []));
}

/** Returns a reason that is safe to send in WWW-Authenticate: it contains no quotes and nothing from the token. */
function describeError(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return `the claim ${error.claim} is missing or invalid`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not allowed';
  if (error instanceof errors.JWKSNoMatchingKey) return 'it is signed with an unknown key';
  if (error instanceof errors.JWKSMultipleMatchingKeys)
    return 'it does not identify the key that it is signed with';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is invalid';
  return 'it is not a signed JWT';
}
