import type { JetStreamManager } from '@nats-io/jetstream';
import type { Examination } from '../../api/responses/examination.ts';
import { examineOwn, type Own } from '../../doctor/examine-own.ts';
import { Problem } from '../../domain/problem.ts';
import type { Service } from '../../domain/service/service.ts';
import type { Connection } from '../../nats/connection/connection.ts';
import { reuse } from './reuse.ts';

/** How long an examination is reused, in ms, however many clients ask. It costs every replica a pass over its state. */
const examinationMs = 10_000;

/** Returns a function that examines the system. It throws the problem `unavailable` while the connection is down. */
export function createExamination(
  service: Service,
  connection: Connection,
  jsm: JetStreamManager,
  readOwn: () => Own,
): () => Promise<Examination> {
  const examine = reuse(examinationMs, async () => {
    if (!connection.isUp) throw new Problem('unavailable', 'The broker is unreachable.');
    const findings = await examineOwn(service, { connection, jsm }, readOwn());
    return {
      examinedAt: new Date().toISOString(),
      findings: findings.map((finding) => ({
        ...finding,
        remedy: finding.verdict === 'ok' ? null : finding.remedy,
      })),
    };
  });
  return () => examine();
}
