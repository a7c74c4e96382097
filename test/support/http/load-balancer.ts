/** A real nginx in front of replicas, as a platform's load balancer: it sends nobody to a replica that was taken out. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import * as assert from 'uvu/assert';
import { eventually } from '../eventually.ts';
import { findFreePort } from '../process/free-port.ts';

export type LoadBalancer = {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Sends new requests to these alone: `http://127.0.0.1:5000`; those under way are answered. */
  use(urls: readonly string[]): Promise<void>;
  close(): Promise<void>;
};

/** Where nginx is; undefined where there is none. */
export function findNginx(): string | undefined {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
    .map((folder) => join(folder, 'nginx'))
    .find((path) => existsSync(path));
}

export async function startLoadBalancer(program: string, urls: readonly string[]): Promise<LoadBalancer> {
  const folder = await mkdtemp(join(tmpdir(), 'portside-nginx-'));
  const port = await findFreePort();
  const file = join(folder, 'nginx.conf');
  let generation = 0;

  async function write(upstreams: readonly string[]) {
    generation += 1;
    await writeFile(file, configurationOf(folder, port, upstreams, generation));
  }

  await write(urls);
  const child = spawn(program, ['-p', folder, '-c', file, '-g', 'daemon off;'], { stdio: 'inherit' });
  const exited = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  const applied = () =>
    eventually(async () => {
      const answer = await (await fetch(`${url}/generation`)).text();
      if (answer !== String(generation)) throw new Error(`nginx works with configuration ${answer}`);
    }, 30_000);
  await applied();

  return {
    url,
    async use(upstreams) {
      await write(upstreams);
      child.kill('SIGHUP');
      await applied();
      // What the former worker has taken still goes to its own replicas.
      await eventually(() => assert.is(countChildren(child.pid ?? 0), 1), 30_000);
    },
    async close() {
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}

/**
 * A request that failed is not tried at another replica: the test wants to see every failure. Clients are not kept alive,
 * since nginx cuts them when it reads its configuration anew; its own connections to the replicas are.
 */
function configurationOf(folder: string, port: number, urls: readonly string[], generation: number): string {
  const servers = urls.map((url) => `server ${new URL(url).host} max_fails=0;`).join(' ');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
    pid ${folder}/nginx.pid;
    error_log ${folder}/error.log;
    worker_processes 1;
    events { worker_connections 512; }
    http {
      access_log off;
      keepalive_timeout 0;
      ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n')}
      upstream service { ${servers} keepalive 16; }
      server {
        listen 127.0.0.1:${port};
        location = /generation { return 200 "${generation}"; }
        location / {
          proxy_pass http://service;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_next_upstream off;
        }
      }
    }`;
}

/** How many processes `pid` has started that have not ended (Linux). */
function countChildren(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? 0 : children.split(' ').length;
}
