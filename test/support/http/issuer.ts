/** Someone who issues tokens, with keys of their own: what an identity provider is to a service. */

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
  /** The public half, as a key of a JSON Web Key Set. */
  readonly publicKey: JWK;
  /** The public half as text (PEM), which everybody may know. */
  readonly publicPem: string;
  /** A token that is valid for writes to laptops for a minute, but for what is given; an undefined claim is left out. */
  issue(claims?: Readonly<Record<string, unknown>>, header?: { readonly kid?: string }): Promise<string>;
};

export const issuerName = 'https://issuer.example.com';
export const audience = 'portside';

/** `kid` names the key; `algorithm` is what it signs with. */
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

/** What a token says that may write laptops, now and for a minute. */
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
