/** Issues tokens with its own key pair, to simulate an identity provider. */

import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWK,
  type JWTPayload,
} from 'jose';

export type Issuer = {
  readonly name: string;
  /** Public key as a member of a JSON Web Key Set. */
  readonly publicKey: JWK;
  /** Public key in PEM format. */
  readonly publicPem: string;
  /** Issues a token with `validClaims`, overridden by `claims`. A claim that is undefined is omitted. */
  issue(claims?: Readonly<Record<string, unknown>>, header?: { readonly kid?: string }): Promise<string>;
};

export const issuerName = 'https://issuer.example.com';
export const audience = 'portside';

export async function createIssuer(kid: string, algorithm: 'RS256' | 'ES256' | 'EdDSA'): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return {
    name: issuerName,
    publicKey: { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' },
    publicPem: await exportSPKI(publicKey),
    issue: (claims = {}, header = { kid }) =>
      sign(privateKey, { alg: algorithm, ...header }, { ...validClaims(), ...claims }),
  };
}

/** Claims of a token that permits writes to laptops for 60 s. */
export function validClaims(): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  return { iss: issuerName, aud: audience, sub: 'test', scope: 'laptops:write', iat: now, exp: now + 60 };
}

function sign(
  key: CryptoKey | Uint8Array,
  header: { readonly alg: string; readonly kid?: string },
  claims: JWTPayload,
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader(header).sign(key);
}
