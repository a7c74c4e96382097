/** Checks of the network policies: deny by default, with explicit exceptions. */

import type { NetworkPolicyPeer } from 'kubernetes-types/networking/v1.js';
import { ofKind, titleOf, type Manifest } from './manifests.ts';
import type { Policy } from './policy-check.ts';

/** A peer without pod or namespace labels matches everything. */
const isNamed = ({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer) =>
  ipBlock === undefined &&
  [podSelector, namespaceSelector].some(
    (selector) =>
      Object.keys(selector?.matchLabels ?? {}).length + (selector?.matchExpressions?.length ?? 0) > 0,
  );

const networkPoliciesOf = (manifests: readonly Manifest[]) => ofKind(manifests, 'NetworkPolicy');

export const networkPolicies: readonly Policy[] = [
  {
    rule: 'a policy denies all ingress and egress by default',
    violations: (manifests) => {
      const isDenied = networkPoliciesOf(manifests).some(({ spec }) => {
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
      return isDenied ? [] : ['the network'];
    },
  },
  {
    rule: 'allows egress only to named peers and ports',
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
    rule: 'allows ingress only from given peers to given ports',
    violations: (manifests) =>
      networkPoliciesOf(manifests)
        .filter(({ spec }) =>
          (spec?.ingress ?? []).some(({ from = [], ports = [] }) => from.length === 0 || ports.length === 0),
        )
        .map(titleOf),
  },
];
