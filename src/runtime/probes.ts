/** What the platform asks a process, on a port of its own: is it alive, has it started, may it get traffic, how is it. */

import type { RequestListener } from 'node:http';

/** Each probe answers undefined when all is well, or the reason why not. */
export type Probes = {
  /** Has it applied what the stream held at boot? */
  started(): string | undefined;
  /** May it get traffic? */
  ready(): string | undefined;
  /** Answers `/metrics`. */
  readonly metrics: RequestListener;
};

/** `/livez` only shows that the event loop turns: it never depends on NATS, so a broker outage restarts nobody. */
export function probeListener({ started, ready, metrics }: Probes): RequestListener {
  const checks = new Map<string, () => string | undefined>([
    ['/livez', () => undefined],
    ['/startupz', started],
    ['/readyz', ready],
  ]);

  return (request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    if (path === '/metrics') {
      metrics(request, response);
      return;
    }
    const check = checks.get(path);
    const reason = check?.();
    const status = check === undefined ? 404 : reason === undefined ? 200 : 503;
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
    response.end(`${check === undefined ? 'no such probe' : (reason ?? 'ok')}\n`);
  };
}
