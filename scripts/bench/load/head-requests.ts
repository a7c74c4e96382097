/**
 * Closed-loop load of HEAD requests: each connection sends its next request after the response. wrk and autocannon cannot do
 * this, because they wait for the body that Content-Length announces.
 */

import { connect } from 'node:net';
import type { HttpLoad } from './http-load.ts';
import { readJob, sendResult, summarize } from './load-program.ts';

const { url, requests, connections, seconds } = readJob<HttpLoad>();
const { host, hostname, port } = new URL(url);
const texts = requests.map(({ path, headers = {} }) => {
  const fields = Object.entries({ Host: host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HEAD ${path} HTTP/1.1\r\n${fields.join('')}\r\n`;
});
const latencies: number[] = [];
const started = performance.now();
const end = started + seconds * 1000;

/** Resolves at the end of the time. */
function sendRequests(): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let received = '';
    const socket = connect(Number(port), hostname, send).setEncoding('latin1').setNoDelay();
    function send() {
      const text = texts[latencies.length % texts.length] ?? '';
      sent = performance.now();
      if (sent < end) socket.write(text);
      else socket.end(resolve);
    }
    socket.on('data', (text: string) => {
      received += text;
      if (!received.endsWith('\r\n\r\n')) return;
      if (!/^HTTP\/1\.1 [23]/.test(received)) reject(new Error(received));
      received = '';
      latencies.push(performance.now() - sent);
      send();
    });
    socket.once('error', reject).once('close', () => reject(new Error('connection closed')));
  });
}

await Promise.all(Array.from({ length: connections }, sendRequests));
const perSecond = latencies.length / ((performance.now() - started) / 1000);
sendResult({ perSecond, ...summarize(latencies), failed: 0 });
