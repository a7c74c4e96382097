import type { ServiceIdentity } from '../../../domain/product.ts';
import type { Logger } from '../logger.ts';
import type { Tracing } from './tracing.ts';

/** If no collector is configured, returns undefined without loading the tracing libraries. */
export async function openTracing(
  service: ServiceIdentity,
  { isTraced }: { readonly isTraced: boolean },
  logger: Logger,
): Promise<Tracing | undefined> {
  if (!isTraced) return undefined;
  const { createTracing } = await import('./open-telemetry.ts');
  return createTracing(service, logger);
}
