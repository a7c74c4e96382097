import type { DigestSource } from '../../nats/services/digest-endpoint.ts';
import type { Service } from '../../domain/service/service.ts';
import type { ServiceProjections } from './service-projections.ts';

/** Returns the views of a service for `queries.digest`: of its own stream, and of the streams that it follows. */
export function digestSources(
  { contract }: Pick<Service, 'contract'>,
  { own, followed }: Pick<ServiceProjections, 'own' | 'followed'>,
): DigestSource[] {
  const { initial } = contract.fold;
  return [
    { stream: own.stream, view: own.view, initial },
    ...Object.values(followed).map(({ stream, view, fold }) => ({ stream, view, initial: fold.initial })),
  ];
}
