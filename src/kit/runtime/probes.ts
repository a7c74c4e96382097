import type { RequestListener } from 'node:http';

/** The health checks of a process. Each returns undefined if it passes, otherwise the reason. */
export type Probes = {
  /** Passes once all messages that the streams held at startup have been applied. */
  started(): string | undefined;
  /** Passes while the process may receive traffic. */
  ready(): string | undefined;
  /** Handles `/metrics`. */
  readonly metrics: RequestListener;
};

/**
 * Serves the probes. `/livez` passes while the event loop runs. It does not depend on NATS, so that a broker outage does
 * not restart pods.
 */
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
