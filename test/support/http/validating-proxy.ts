/**
 * A validating proxy between a test and the service that it starts: Prism, which nobody here wrote, compares every
 * request and every answer with the service's OpenAPI document. A gate in front of it keeps from it what it cannot
 * carry, reads what it says about each answer, and lets the process of the test fail for it.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { createServer, request as sendRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

export type ValidatingProxy = {
  /** Where it answers in place of the service. */
  readonly url: string;
  close(): Promise<void>;
};

export type ValidatingProxyOptions = {
  /** Prism's program. */
  readonly program: string;
  /** Where the service answers. */
  readonly service: string;
  /** A file that gets one line of JSON, a {@link ProxyReport}, when the proxy is closed. */
  readonly reportFile?: string | undefined;
};

/** What went through one proxy. */
export const ProxyReport = z.object({
  /** How many answers were compared with the document. */
  validated: z.int(),
  /** How many requests went bypassed to the service, because Prism cannot carry them. */
  bypassed: z.int(),
  violations: z.array(z.string()),
});
export type ProxyReport = z.infer<typeof ProxyReport>;

/** What Prism says about an answer in the header `sl-violations`. */
const Violations = z.array(
  z.object({ location: z.array(z.string()), severity: z.string(), message: z.string() }),
);

export async function startValidatingProxy(options: ValidatingProxyOptions): Promise<ValidatingProxy> {
  const { service, reportFile } = options;
  const prism = await startPrism(options);
  const report: ProxyReport = { validated: 0, bypassed: 0, violations: [] };

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const body = await buffer(request);
    const compared = canCarry(request, body) ? await send(prism.url, request, body) : undefined;
    if (compared !== undefined) report.violations.push(...findViolations(request, compared));
    // Every answer of a service has an id: one without is Prism's own, to what it could not pass on.
    const isCarried = compared?.headers['request-id'] !== undefined;
    if (isCarried) report.validated += 1;
    else report.bypassed += 1;
    const given = isCarried ? compared : await send(service, request, body);
    const { 'sl-violations': _violations, ...headers } = given.headers;
    response.writeHead(given.statusCode ?? 0, headers);
    await pipeline(given, response);
  }

  const gate = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(gate, 'listening');
  // A server that listens on a TCP port has an address of this type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { port } = gate.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      gate.close();
      gate.closeAllConnections();
      await prism.stop();
      if (reportFile !== undefined) appendFileSync(reportFile, `${JSON.stringify(report)}\n`);
      if (report.violations.length === 0) return;
      process.stdout.write(`Prism:\n${report.violations.join('\n')}\n`);
      // uvu sets the exit code itself when the tests have ended.
      process.once('exit', () => (process.exitCode = 1));
    },
  };
}

async function startPrism({ program, service }: ValidatingProxyOptions) {
  // `errors` would turn away what the tests get wrong on purpose; whatever is wrong is in `sl-violations` as well.
  const args = ['proxy', '--cors', 'false', '--port', '0', `${service}/openapi.json`, service];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const found = /listening on (http:\S+)/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    });
    void exited.then(() => reject(new Error(`Prism ended before it listened:\n${output}`)));
  });
  return {
    url,
    async stop() {
      child.kill();
      await exited;
    },
  };
}

/** What goes through Prism and comes back as it was. */
function canCarry({ method, url = '/', headers }: IncomingMessage, body: Buffer): boolean {
  // They are in no document: HTTP gives them to every path.
  if (method === 'HEAD' || method === 'OPTIONS') return false;
  const [path = '/'] = url.split('?');
  // A slash at the end is let pass by every route, and no document has a second path for it.
  if (path.length > 1 && path.endsWith('/')) return false;
  // Prism waits for the end of every answer, tidies slashes, and dies of a bad percent-encoding.
  if (/^\/\w+\/events$/.test(path) || path.startsWith('//') || !isDecodable(url)) return false;
  // It knows the scheme of a token with a capital letter only, and writes every body anew.
  return !headers.authorization?.startsWith('bearer') && isCompactJson(body.toString());
}

/** Whether a body is nothing, or JSON without a byte too many. */
function isCompactJson(text: string): boolean {
  try {
    return text === '' || (text !== 'null' && JSON.stringify(JSON.parse(text)) === text);
  } catch {
    return false;
  }
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

async function send(
  to: string,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
): Promise<IncomingMessage> {
  const { hostname, port } = new URL(to);
  const sent = sendRequest({ hostname, port, method, path: url, headers, agent: false });
  const answered = once(sent, 'response');
  sent.end(body);
  const [answer] = await answered;
  return answer;
}

/** What is wrong with the answer, and what is wrong with a request that was accepted all the same. */
function findViolations({ method, url }: IncomingMessage, answer: IncomingMessage): string[] {
  const { statusCode = 0, headers } = answer;
  const header = headers['sl-violations'];
  // 405 says that there is no such operation; Prism took another one for it.
  if (header === undefined || statusCode === 405) return [];
  return Violations.parse(JSON.parse(String(header)))
    .filter(({ location: [side] }) => side === 'response' || statusCode < 400)
    .map(({ location, message }) => `${method} ${url} → ${statusCode}: ${location.join('.')}: ${message}`);
}
