{{/* Helm runs hooks before the objects of a release are made, so only an existing Secret can be read by them. */}}
{{- define "salesbot.usesHooks" -}}
{{- if and .Values.jobs.useHelmHooks (eq .Values.secrets.mode "existingSecret") }}true{{ end -}}
{{- end -}}

{{- define "salesbot.hook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: {{ .weight | quote }}
helm.sh/hook-delete-policy: before-hook-creation
{{- end -}}

{{/* A Job of the release. Takes {root, name, part, image, command, process, env}; `process` as in the facts. */}}
{{- define "salesbot.job" -}}
{{- $root := .root -}}
{{- $pod := include "salesbot.jobPod" (merge (dict "owner" .part "restartPolicy" "OnFailure" "resources" $root.Values.jobs.resources) .) -}}
{{- $hooks := include "salesbot.usesHooks" $root -}}
apiVersion: batch/v1
kind: Job
metadata:
  {{- /* A Job cannot be changed: without hooks another one is made when it is another one. */}}
  name: {{ include "salesbot.fullname" $root }}-{{ .name }}{{ if not $hooks }}-{{ sha256sum $pod | trunc 8 }}{{ end }}
  labels: {{- include "salesbot.componentLabels" (dict "root" $root "name" .part) | nindent 4 }}
  {{- if $hooks }}
  annotations: {{- include "salesbot.hook" (dict "weight" -5) | nindent 4 }}
  {{- end }}
spec:
  backoffLimit: {{ $root.Values.jobs.backoffLimit }}
  ttlSecondsAfterFinished: {{ $root.Values.jobs.ttlSecondsAfterFinished }}
  template: {{- $pod | nindent 4 }}
{{- end -}}

{{/* The pod of a Job. Takes what a Job takes, and {restartPolicy, resources}. */}}
{{- define "salesbot.jobPod" -}}
metadata:
  {{- if and (eq .root.Values.secrets.mode "vaultAgent") (include "salesbot.secretsOf" . | fromJsonArray) }}
  annotations: {{- include "salesbot.vaultAnnotations" (dict "root" .root "name" "jobs" "owner" .owner "process" .process "isJob" true) | nindent 4 }}
  {{- end }}
  labels: {{- include "salesbot.componentLabels" (dict "root" .root "name" .part) | nindent 4 }}
spec:
  serviceAccountName: {{ include "salesbot.fullname" .root }}-jobs
  automountServiceAccountToken: false
  enableServiceLinks: false
  restartPolicy: {{ .restartPolicy }}
  securityContext: {{- include "salesbot.podSecurity" . | nindent 4 }}
  {{- with .root.Values.image.pullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ .part }}
      image: {{ include "salesbot.image" (dict "root" .root "image" .image) }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      command: {{- toYaml .command | nindent 8 }}
      env:
        {{- range $setting, $value := .env }}
        - {name: {{ $setting }}, value: {{ include "salesbot.setting" $value | quote }}}
        {{- end }}
        {{- include "salesbot.tlsEnv" . | trim | nindent 8 }}
        {{- include "salesbot.secretEnv" . | trim | nindent 8 }}
      resources: {{- toYaml .resources | nindent 8 }}
      securityContext: {{- include "salesbot.containerSecurity" . | nindent 8 }}
      volumeMounts:
        - {name: tmp, mountPath: /tmp}
        {{- include "salesbot.tlsMounts" . | trim | nindent 8 }}
  volumes:
    - {name: tmp, emptyDir: {}}
    {{- include "salesbot.tlsVolumes" . | trim | nindent 4 }}
    {{- if include "salesbot.secretsOf" . | fromJsonArray }}
    {{- include "salesbot.vaultVolume" . | trim | nindent 4 }}
    {{- end }}
{{- end -}}

{{/* The settings and secrets of a process whose names begin so, as {settings, secrets}. Takes {process, prefix}. */}}
{{- define "salesbot.partOfProcess" -}}
{{- $part := dict "settings" list "secrets" list -}}
{{- range $kind := list "settings" "secrets" -}}
{{- range $name := get $.process $kind -}}
{{- if hasPrefix $.prefix $name -}}{{- $_ := set $part $kind (append (get $part $kind) $name) -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $part -}}
{{- end -}}

{{/* Those settings, and the log level, with their values. Takes {root, part}. */}}
{{- define "salesbot.partOfConfig" -}}
{{- $env := dict -}}
{{- range $name, $value := .root.Values.config -}}
{{- if or (has $name $.part.settings) (eq $name "LOG_LEVEL") -}}{{- $_ := set $env $name $value -}}{{- end -}}
{{- end -}}
{{- toJson $env -}}
{{- end -}}
