/** Creates a certificate authority, server certificates and client certificates with openssl. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Paths of two PEM files. */
export type KeyPair = { readonly cert: string; readonly key: string };

export type Authority = {
  /** Path of the CA certificate. */
  readonly cert: string;
  /** Issues a certificate whose subject alternative name is `host`, by default `localhost`. */
  issue(name: string, host?: string): KeyPair;
  close(): void;
};

export function createAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'portside-certificates-'));
  const at = (file: string) => join(folder, file);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const ca = { cert: at('ca.crt'), key: at('ca.key') };
  const subject = '/CN=Portside test authority';
  openssl('req', '-x509', ...newKey, '-days', '2', '-subj', subject, '-keyout', ca.key, '-out', ca.cert);

  return {
    cert: ca.cert,
    issue(name, host = 'localhost') {
      writeFileSync(at(host), `subjectAltName=DNS:${host}\n`);
      const pair = { cert: at(`${name}.crt`), key: at(`${name}.key`) };
      const request = at(`${name}.csr`);
      openssl('req', ...newKey, '-subj', `/CN=${name}`, '-keyout', pair.key, '-out', request);
      const signer = ['-CA', ca.cert, '-CAkey', ca.key, '-CAcreateserial', '-days', '2'];
      const extensions = ['-extfile', at(host)];
      openssl('x509', '-req', '-in', request, ...signer, ...extensions, '-out', pair.cert);
      return pair;
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}
