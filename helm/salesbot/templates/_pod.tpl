{{/* The environment of a process, beside the shared ConfigMap. Takes {root, name, owner, component, process}. */}}
{{- define "salesbot.env" -}}
{{- $fullname := include "salesbot.fullname" .root -}}
{{- $http := include "salesbot.httpPort" . -}}
{{- $set := dict "HTTP_HOST" "0.0.0.0" "HTTP_PORT" $http "OPS_HOST" "0.0.0.0" "OPS_PORT" (include "salesbot.opsPort" .) -}}
{{- if eq .name "gateway" -}}
{{- $_ := set $set "LEADSTORE_URL" (printf "http://%s-leadstore:%s" $fullname $http) -}}
{{- $_ := set $set "BOOKING_URL" (printf "http://%s-booking:%s" $fullname $http) -}}
{{- if (include "salesbot.component" (dict "root" .root "name" "mailer") | fromJson).enabled -}}
{{- $_ := set $set "MAILER_URL" (printf "http://%s-mailer:%s" $fullname $http) -}}
{{- end -}}
{{- end -}}
{{- if include "salesbot.isStateful" . -}}
{{- $_ := set $set "MAIL_JOURNAL_DIR" "/var/lib/salesbot" -}}
{{- end -}}
{{- if include "salesbot.playbookName" .root -}}
{{- $_ := set $set "PLAYBOOK_PATH" "/etc/salesbot/playbook/playbook.yaml" -}}
{{- end -}}
{{- range $setting, $value := mergeOverwrite $set (include "salesbot.kafkaUser" . | fromJson) .component.config }}
- {name: {{ $setting }}, value: {{ include "salesbot.setting" $value | quote }}}
{{- end }}
{{- include "salesbot.tlsEnv" . }}
{{- include "salesbot.secretEnv" . }}
{{- end -}}

{{- define "salesbot.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "salesbot.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
privileged: false
runAsNonRoot: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* Long enough to end requests, then to hand over partitions and send what telemetry there is. */}}
{{- define "salesbot.gracePeriod" -}}
{{- $given := default .root.Values.config.SHUTDOWN_TIMEOUT_S .component.config.SHUTDOWN_TIMEOUT_S -}}
{{- add (mul 2 (ceil (float64 $given) | int)) 20 (default 0 .component.preStopSeconds) -}}
{{- end -}}

{{- define "salesbot.probe" -}}
httpGet: {path: {{ .path }}, port: ops}
{{ toYaml .probe }}
{{- end -}}

{{/* What a pod of a process has beside its containers. Takes {root, name, component}. */}}
{{- define "salesbot.placement" -}}
{{- with .component.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .component.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .component.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .component.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  {{- range .component.topologySpread.topologyKeys }}
  - maxSkew: {{ $.component.topologySpread.maxSkew }}
    topologyKey: {{ . }}
    whenUnsatisfiable: {{ $.component.topologySpread.whenUnsatisfiable }}
    labelSelector:
      matchLabels: {{- include "salesbot.componentSelector" $ | nindent 8 }}
    {{- if not (include "salesbot.isStateful" $) }}
    matchLabelKeys: [pod-template-hash]
    {{- end }}
  {{- end }}
{{- end -}}

{{/* The pod of a process, as a template of a workload. Takes {root, name, owner, component, process}. */}}
{{- define "salesbot.pod" -}}
metadata:
  annotations:
    # A pod reads its settings once, at its start.
    checksum/config: {{ list .root.Values.config .root.Values.playbook.files | toJson | sha256sum }}
    {{- if eq .root.Values.secrets.mode "vaultAgent" }}
    {{- include "salesbot.vaultAnnotations" . | nindent 4 }}
    {{- end }}
    {{- with .component.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  labels:
    {{- include "salesbot.componentLabels" . | nindent 4 }}
    {{- with .component.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "salesbot.fullname" .root }}-{{ .name }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ include "salesbot.gracePeriod" . }}
  securityContext: {{- include "salesbot.podSecurity" . | nindent 4 }}
  {{- with .root.Values.image.pullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- include "salesbot.placement" . | trim | nindent 2 }}
  containers:
    - name: {{ .name }}
      image: {{ include "salesbot.image" (dict "root" .root "image" .process.image) }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      command: [python, -m, {{ .process.module }}]
      envFrom:
        - configMapRef: {name: {{ include "salesbot.fullname" .root }}-settings}
      env: {{- include "salesbot.env" . | trim | nindent 8 }}
      ports:
        - {name: http, containerPort: {{ include "salesbot.httpPort" . }}}
        - {name: ops, containerPort: {{ include "salesbot.opsPort" . }}}
      startupProbe: {{- include "salesbot.probe" (dict "path" "/livez" "probe" .component.probes.startup) | nindent 8 }}
      livenessProbe: {{- include "salesbot.probe" (dict "path" "/livez" "probe" .component.probes.liveness) | nindent 8 }}
      readinessProbe: {{- include "salesbot.probe" (dict "path" "/readyz" "probe" .component.probes.readiness) | nindent 8 }}
      {{- with .component.preStopSeconds }}
      lifecycle: {preStop: {sleep: {seconds: {{ . }}}}}
      {{- end }}
      resources: {{- toYaml .component.resources | nindent 8 }}
      securityContext: {{- include "salesbot.containerSecurity" . | nindent 8 }}
      volumeMounts:
        - {name: tmp, mountPath: /tmp}
        {{- if include "salesbot.isStateful" . }}
        - {name: journal, mountPath: /var/lib/salesbot}
        {{- end }}
        {{- if include "salesbot.playbookName" .root }}
        - {name: playbook, mountPath: /etc/salesbot/playbook, readOnly: true}
        {{- end }}
        {{- include "salesbot.tlsMounts" . | trim | nindent 8 }}
  volumes:
    - {name: tmp, emptyDir: {}}
    {{- include "salesbot.playbookVolume" .root | trim | nindent 4 }}
    {{- include "salesbot.tlsVolumes" . | trim | nindent 4 }}
    {{- include "salesbot.vaultVolume" . | trim | nindent 4 }}
{{- end -}}
