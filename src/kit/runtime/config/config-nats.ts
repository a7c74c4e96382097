/** Where the broker is, who asks, and whom to trust, for every process that connects; files are looked into at start. */

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import {
  requiresTls,
  isAuthenticationError,
  splitServers,
  type Access,
} from '../../nats/connection/connection.ts';
import { createFileAuthenticator } from '../../nats/connection/credentials.ts';

const Servers = z
  .string()
  .default('nats://localhost:4222')
  .refine(
    (text) => !text.includes('@'),
    'credentials do not belong into an address: use NATS_CREDS or NATS_NKEY',
  )
  .refine(
    (text) => splitServers(text).every((server) => /^((nats|tls):\/\/)?[^\s/]+\/?$/.test(server)),
    'expected nats://host:port or tls://host:port, or several of them, separated by commas',
  );

/** The variables have the names that the `nats` CLI gives them. */
export const natsEnvironment = {
  NATS_URL: Servers,
  NATS_CREDS: z.string().min(1).optional(),
  NATS_NKEY: z.string().min(1).optional(),
  NATS_CA: z.string().min(1).optional(),
  NATS_CERT: z.string().min(1).optional(),
  NATS_KEY: z.string().min(1).optional(),
  NATS_INBOX_PREFIX: z
    .string()
    .regex(/^[\w-]+(\.[\w-]+)*$/, 'expected a subject without wildcards, such as _INBOX_laptops')
    .optional(),
};

type Variables = z.infer<z.ZodObject<typeof natsEnvironment>>;

export function toAccess(variables: Variables): Access {
  const { NATS_URL: url, NATS_INBOX_PREFIX: inboxPrefix } = variables;
  const { NATS_CA: caFile, NATS_CERT: certFile, NATS_KEY: keyFile } = variables;
  return {
    url,
    credentials: toCredentials(variables),
    tls: caFile !== undefined || certFile !== undefined ? { caFile, certFile, keyFile } : undefined,
    inboxPrefix,
  };
}

/** Reports files that cannot be used, and half a pair; never what a file holds. */
export function checkAccess(variables: Variables, report: (name: string, message: string) => void): void {
  const { NATS_CREDS: creds, NATS_NKEY: nkey, NATS_CA: ca, NATS_CERT: cert, NATS_KEY: key } = variables;
  const check = (name: string, look: () => unknown) => {
    try {
      look();
    } catch (error) {
      report(name, error instanceof Error ? error.message : String(error));
    }
  };
  if (requiresTls(toAccess(variables)) && splitServers(variables.NATS_URL).some(isAddressOfNumbers)) {
    // The client would take any certificate for localhost there (nats.js 3.4).
    report('NATS_URL', 'with TLS, a server is known by its name, and not by an IP address');
  }
  if (creds !== undefined && nkey !== undefined) {
    report('NATS_NKEY', 'credentials come from here or from NATS_CREDS, not from both');
  }
  if (creds !== undefined) check('NATS_CREDS', () => createFileAuthenticator({ kind: 'creds', path: creds }));
  if (nkey !== undefined) check('NATS_NKEY', () => createFileAuthenticator({ kind: 'nkey', path: nkey }));
  if (ca !== undefined) check('NATS_CA', () => new X509Certificate(readFileSync(ca)));
  if (cert !== undefined && key === undefined) report('NATS_CERT', 'is of no use without its NATS_KEY');
  if (key !== undefined && cert === undefined) report('NATS_KEY', 'is of no use without its NATS_CERT');
  if (cert !== undefined && key !== undefined) {
    check('NATS_CERT', () => new X509Certificate(readFileSync(cert)));
    check('NATS_KEY', () => createSecureContext({ cert: readFileSync(cert), key: readFileSync(key) }));
  }
}

/** What a value may show of itself to a person: an address without its password, and no seed. */
export function withoutSecrets(value: string): string {
  return value.replaceAll(/[^/,\s]+@/g, '***@').replaceAll(/\bS[UAOX][A-Z2-7]{40,}/g, '***');
}

/** Why the broker cannot be reached, with the variables to look at. */
export function explainConnectFailure(error: unknown, { url, credentials, tls }: Access): string {
  const reason = error instanceof Error ? error.message : String(error);
  if (isAuthenticationError(error)) {
    const who =
      credentials === undefined
        ? 'NATS asks who this is: set NATS_CREDS or NATS_NKEY'
        : `NATS does not know who this is (${credentials.kind === 'creds' ? 'NATS_CREDS' : 'NATS_NKEY'}=${credentials.path})`;
    return `${who}: ${reason}`;
  }
  const at = `NATS at ${url}`;
  const own = 'NATS_CERT, NATS_KEY';
  // A client whose certificate is refused hears nothing (TLS 1.3, nats.js 3.4).
  if (requiresTls({ url, tls }) && reason === 'timeout') {
    return `${at} does not answer, or does not take the certificate of this process (${own}): ${reason}`;
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isAboutTls = /CERT|TLS|SSL|SIGNATURE|ISSUER|\btls\b/.test(`${code} ${reason}`);
  if (!isAboutTls) return `no NATS server answers at ${url} (NATS_URL): ${reason}`;
  const variables = tls?.certFile === undefined ? 'NATS_URL, NATS_CA' : `NATS_URL, NATS_CA, ${own}`;
  return `${at} and this process do not agree on TLS (${variables}): ${reason}`;
}

function isAddressOfNumbers(server: string): boolean {
  const host = server.replace(/^\w+:\/\//, '').replace(/\/$/, '');
  return /^\[|^[\d.]+(:\d+)?$/.test(host) || isIP(host) > 0;
}

function toCredentials({ NATS_CREDS: creds, NATS_NKEY: nkey }: Variables): Access['credentials'] {
  if (creds !== undefined) return { kind: 'creds', path: creds };
  return nkey === undefined ? undefined : { kind: 'nkey', path: nkey };
}
