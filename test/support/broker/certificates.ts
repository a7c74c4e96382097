/** Certificates for one test, made by openssl: an authority, and what it signs for a server and for clients. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The paths of two PEM files. */
export type KeyPair = { readonly cert: string; readonly key: string };

export type Authority = {
  /** The path of its own certificate: whoever trusts it trusts what it signed. */
  readonly cert: string;
  /** Signs a new pair; as a server's it is good for `host`, by default `localhost`. */
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
