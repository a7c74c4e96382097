/** Who may speak to whom: nobody, and then the exceptions. */

import type { NetworkPolicyPeer } from 'kubernetes-types/networking/v1.js';
import { ofKind, titleOf, type Manifest } from './manifests.ts';
import type { Policy } from './policy.ts';

/** A peer that is no pod and no namespace that has a name is everybody. */
const isNamed = ({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer) =>
  ipBlock === undefined &&
  [podSelector, namespaceSelector].some(
    (selector) =>
      Object.keys(selector?.matchLabels ?? {}).length + (selector?.matchExpressions?.length ?? 0) > 0,
  );

const networkPoliciesOf = (manifests: readonly Manifest[]) => ofKind(manifests, 'NetworkPolicy');

export const networkPolicies: readonly Policy[] = [
  {
    rule: 'a policy closes the namespace in both directions',
    violations: (manifests) => {
      const closes = networkPoliciesOf(manifests).some(({ spec }) => {
        const {
          podSelector,
          policyTypes = [],
          ingress,
          egress,
        } = spec ?? { podSelector: { matchLabels: { no: 'spec' } } };
        const isForAll = Object.keys(podSelector).length === 0;
        return (
          isForAll && ['Ingress', 'Egress'].every((type) => policyTypes.includes(type)) && !ingress && !egress
        );
      });
      return closes ? [] : ['the network'];
    },
  },
  {
    rule: 'goes out only to peers and ports that are named',
    violations: (manifests) =>
      networkPoliciesOf(manifests)
        .filter(({ spec }) =>
          (spec?.egress ?? []).some(
            ({ to = [], ports = [] }) => to.length === 0 || ports.length === 0 || !to.every(isNamed),
          ),
        )
        .map(titleOf),
  },
  {
    rule: 'lets nobody in but to ports that are named',
    violations: (manifests) =>
      networkPoliciesOf(manifests)
        .filter(({ spec }) =>
          (spec?.ingress ?? []).some(({ from = [], ports = [] }) => from.length === 0 || ports.length === 0),
        )
        .map(titleOf),
  },
];
