{{- /* Parts that several templates share. An object is described by a dict: root, name, app and component. */}}

{{- define "portside.labels" -}}
app.kubernetes.io/part-of: portside
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- with .app }}
app.kubernetes.io/name: {{ . }}
{{- end }}
{{- end }}

{{- define "portside.metadata" -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
  app.kubernetes.io/managed-by: {{ .root.Release.Service }}
  {{- include "portside.labels" . | nindent 2 }}
{{- end }}

{{- /* An image with a tag or digest is used as it is. */}}
{{- define "portside.image" -}}
{{- $image := .root.Values.image }}
{{- if regexMatch "[:@][^/]*$" .name }}
{{- .name }}
{{- else }}
{{- with $image.registry }}{{ . }}/{{ end }}{{ .name }}:{{ $image.tag | default .root.Chart.AppVersion }}
{{- end }}
{{- end }}

{{- define "portside.pod" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- end }}

{{- define "portside.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "portside.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- /* A variable for each entry of a map. */}}
{{- define "portside.env" -}}
{{- range $name, $value := . }}
- { name: {{ $name }}, value: {{ $value | quote }} }
{{- end }}
{{- end }}

{{- /* Files of a process that connects to NATS. */}}
{{- define "portside.clientMounts" -}}
- { name: tmp, mountPath: /tmp }
- { name: nkey, mountPath: /etc/portside/nkey, readOnly: true }
{{- if .Values.nats.secured }}
- { name: ca, mountPath: /etc/portside/ca, readOnly: true }
{{- end }}
{{- end }}

{{- /* The volumes with these files, for a user of NATS. */}}
{{- define "portside.clientVolumes" -}}
{{- $secured := .root.Values.nats.secured -}}
- name: tmp
  emptyDir: { sizeLimit: 16Mi }
- name: nkey
  secret: { secretName: {{ .user }}-nkey, defaultMode: 0440, optional: {{ not $secured }} }
{{- if $secured }}
- name: ca
  secret: { secretName: nats-tls, defaultMode: 0440, items: [{ key: ca.crt, path: ca.crt }] }
{{- end }}
{{- end }}

{{- /* The ports of URLs that are separated by commas, as those of a network policy. */}}
{{- define "portside.urlPorts" -}}
{{- $defaults := dict "nats" 4222 "tls" 4222 "http" 80 "https" 443 }}
{{- range splitList "," . }}
{{- $url := urlParse . }}
- { port: {{ regexFind "[0-9]+$" (regexFind ":[0-9]+$" $url.host) | default (get $defaults $url.scheme) }}, protocol: TCP }
{{- end }}
{{- end }}

{{- /* Environment of every process that connects to NATS. */}}
{{- define "portside.settings" -}}
{{- $nats := .Values.nats }}
{{- $settings := dict "NATS_URL" ($nats.url | default (ternary "tls://nats:4222" "nats://nats:4222" $nats.secured)) }}
{{- if $nats.secured }}
{{- $_ := merge $settings (dict "NATS_NKEY" "/etc/portside/nkey/seed" "NATS_CA" "/etc/portside/ca/ca.crt") }}
{{- end }}
{{- with .Values.auth }}
{{- if .enabled }}
{{- $_ := set $settings "AUTH_JWKS_FILE" "/etc/portside/tokens/jwks.json" }}
{{- $_ := set $settings "AUTH_ISSUER" (required "auth.issuer is required, because auth.enabled is true" .issuer) }}
{{- $_ := set $settings "AUTH_AUDIENCE" (required "auth.audience is required, because auth.enabled is true" .audience) }}
{{- end }}
{{- end }}
{{- with .Values.tracing.endpoint }}
{{- $_ := set $settings "OTEL_EXPORTER_OTLP_ENDPOINT" . }}
{{- end }}
{{- toYaml (mergeOverwrite $settings .Values.settings) }}
{{- end }}
