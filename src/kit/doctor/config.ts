import type { Service } from '../domain/service/service.ts';
import type { Access } from '../nats/connection/connection.ts';

export type DoctorConfig = {
  readonly nats: Access;
  /** Expected number of replicas of each stream; not checked if undefined. */
  readonly streamReplicas: number | undefined;
  /** Monitoring URLs of the servers, such as `http://localhost:8222`. */
  readonly monitorUrls: readonly string[];
  /** Minimum number of messages between two snapshots of a service. */
  readonly snapshotEvery: number;
  /** The fold version of this build of a service, for one of which no replica runs. */
  foldVersionOf(service: Service): Promise<string>;
};
