import { messageOf } from '../../domain/error-message.ts';
import { isAuthenticationError, requiresTls, type Access } from './connection.ts';

/** Returns why the connection failed, with the names of the variables to check. */
export function explainConnectFailure(error: unknown, { url, credentials, tls }: Access): string {
  const reason = messageOf(error);
  if (isAuthenticationError(error)) {
    const failure =
      credentials === undefined
        ? 'NATS requires authentication; set NATS_CREDS or NATS_NKEY'
        : `NATS rejected the credentials (${credentials.kind === 'creds' ? 'NATS_CREDS' : 'NATS_NKEY'}=${credentials.path})`;
    return `${failure}: ${reason}`;
  }
  const clientCertificate = 'NATS_CERT, NATS_KEY';
  // The client reports a rejected client certificate as a timeout (TLS 1.3, nats.js 3.4).
  if (requiresTls({ url, tls }) && reason === 'timeout') {
    return `NATS at ${url} does not respond or rejects the client certificate (${clientCertificate}): ${reason}`;
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isAboutTls = /CERT|TLS|SSL|SIGNATURE|ISSUER|\btls\b/.test(`${code} ${reason}`);
  if (!isAboutTls) return `cannot reach NATS at ${url} (NATS_URL): ${reason}`;
  const variables =
    tls?.certFile === undefined ? 'NATS_URL, NATS_CA' : `NATS_URL, NATS_CA, ${clientCertificate}`;
  return `cannot establish a TLS connection to NATS at ${url} (${variables}): ${reason}`;
}
