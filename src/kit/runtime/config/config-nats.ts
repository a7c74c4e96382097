/** NATS connection settings, shared by all processes that connect. Files are validated at startup. */

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import { messageOf } from '../../domain/error-message.ts';
import { requiresTls, splitServers, type Access } from '../../nats/connection/connection.ts';
import { createFileAuthenticator } from '../../nats/connection/credentials.ts';

const Servers = z
  .string()
  .default('nats://localhost:4222')
  .refine((text) => !text.includes('@'), 'must not contain credentials; use NATS_CREDS or NATS_NKEY')
  .refine(
    (text) => splitServers(text).every((server) => /^((nats|tls):\/\/)?[^\s/]+\/?$/.test(server)),
    'expected nats://host:port or tls://host:port, or a comma-separated list of these',
  );

/** The variable names are those of the `nats` CLI. */
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

/** Reports unusable files and incomplete pairs. Messages never contain the content of a file. */
export function checkAccess(variables: Variables, report: (name: string, message: string) => void): void {
  const { NATS_CREDS: creds, NATS_NKEY: nkey, NATS_CA: ca, NATS_CERT: cert, NATS_KEY: key } = variables;
  const check = (name: string, load: () => unknown) => {
    try {
      load();
    } catch (error) {
      report(name, messageOf(error));
    }
  };
  if (requiresTls(toAccess(variables)) && splitServers(variables.NATS_URL).some(isIpAddress)) {
    // For IP addresses, the client accepts any certificate for localhost (nats.js 3.4).
    report('NATS_URL', 'TLS requires host names: certificates cannot be verified for IP addresses');
  }
  if (creds !== undefined && nkey !== undefined) {
    report('NATS_NKEY', 'cannot be combined with NATS_CREDS');
  }
  if (creds !== undefined) check('NATS_CREDS', () => createFileAuthenticator({ kind: 'creds', path: creds }));
  if (nkey !== undefined) check('NATS_NKEY', () => createFileAuthenticator({ kind: 'nkey', path: nkey }));
  if (ca !== undefined) check('NATS_CA', () => new X509Certificate(readFileSync(ca)));
  if (cert !== undefined && key === undefined) report('NATS_CERT', 'requires NATS_KEY');
  if (key !== undefined && cert === undefined) report('NATS_KEY', 'requires NATS_CERT');
  if (cert !== undefined && key !== undefined) {
    check('NATS_CERT', () => new X509Certificate(readFileSync(cert)));
    check('NATS_KEY', () => createSecureContext({ cert: readFileSync(cert), key: readFileSync(key) }));
  }
}

/** Replaces user information in URLs and nkey seeds with `***`. */
export function redactSecrets(value: string): string {
  return value.replaceAll(/[^/,\s]+@/g, '***@').replaceAll(/\bS[UAOX][A-Z2-7]{40,}/g, '***');
}

function isIpAddress(server: string): boolean {
  const host = server.replace(/^\w+:\/\//, '').replace(/\/$/, '');
  return /^\[|^[\d.]+(:\d+)?$/.test(host) || isIP(host) > 0;
}

function toCredentials({ NATS_CREDS: creds, NATS_NKEY: nkey }: Variables): Access['credentials'] {
  if (creds !== undefined) return { kind: 'creds', path: creds };
  return nkey === undefined ? undefined : { kind: 'nkey', path: nkey };
}
