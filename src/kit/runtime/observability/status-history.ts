import type { ServiceStatus, StatusSample } from '../../api/responses/documents.ts';

/** Interval between two samples, in ms, and how many are kept: 15 minutes. */
const intervalMs = 5_000;
const maxSamples = 180;

/** Records the status every few seconds. Returns a function that reads the samples, oldest first. */
export function recordStatus(readStatus: () => Promise<ServiceStatus>): () => readonly StatusSample[] {
  const samples: StatusSample[] = [];

  async function record(): Promise<void> {
    const { stream, streams, appends, process } = await readStatus();
    const { applied = 0, last = null } = streams[stream] ?? {};
    samples.push({
      time: new Date().toISOString(),
      applied,
      lag: last === null ? null : last - applied,
      appendMs: appends.medianMs,
      appendP99Ms: appends.p99Ms,
      eventLoopDelayMs: process.eventLoopDelayMs,
      memoryBytes: process.memoryBytes,
      heapBytes: process.heapBytes,
    });
    if (samples.length > maxSamples) samples.shift();
  }

  void record();
  setInterval(() => void record(), intervalMs).unref();
  return () => samples;
}
