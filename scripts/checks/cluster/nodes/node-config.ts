/** Configuration files of the programs of a node. */

import { clusterImages } from '../build/images.ts';
import type { NodeName } from './node.ts';
import { cgroupOf } from './cgroups.ts';

/** Address of the DNS Service in `manifests/dns.yaml`. */
const dnsAddress = '10.96.0.10';

const podRange = '10.244.0.0/16';

/** @param folder contains the configuration of the pod network. */
export function containerdConfig(folder: string): string {
  return `version = 2

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "docker.io/library/${clusterImages.idle}"
  # Lowering the score requires CAP_SYS_RESOURCE, which root does not have on every machine.
  restrict_oom_score_adj = true

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${folder}"

  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
`;
}

/** @param subnet addresses of the node's pods */
export function cniConfig(subnet: string) {
  return {
    cniVersion: '1.0.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        ipMasq: false,
        hairpinMode: true,
        ipam: { type: 'host-local', ranges: [[{ subnet }]], routes: [{ dst: '0.0.0.0/0' }] },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

export type KubeletOptions = {
  readonly name: NodeName;
  readonly resolvConf: string;
  /** CPUs of this machine that the scheduler does not use. */
  readonly reservedCpus: number;
};

export function kubeletConfig({ name, resolvConf, reservedCpus }: KubeletOptions) {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    failCgroupV1: false,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${cgroupOf(name)}`,
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    // Only the API server and the pods of the test can reach the kubelet.
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    clusterDomain: 'cluster.local',
    clusterDNS: [dnsAddress],
    resolvConf,
    failSwapOn: false,
    oomScoreAdj: 0,
    systemReserved: { cpu: String(reservedCpus) },
    // The images cannot be pulled again.
    imageGCHighThresholdPercent: 100,
    imageMinimumGCAge: '24h',
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
  };
}

export function proxyConfig(name: NodeName, kubeconfig: string) {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clusterCIDR: podRange,
    clientConnection: { kubeconfig },
    hostnameOverride: name,
    linux: { oomScoreAdj: 0 },
    // Does not change the limits of the whole machine.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
  };
}
