{{- define "salesbot.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "salesbot.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "salesbot.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "salesbot.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Ports are the chart's own: nothing outside a pod depends on their numbers. */}}
{{- define "salesbot.httpPort" -}}8080{{- end -}}
{{- define "salesbot.opsPort" -}}9090{{- end -}}

{{- define "salesbot.labels" -}}
{{ include "salesbot.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: salesbot
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "salesbot.selectorLabels" -}}
app.kubernetes.io/name: {{ include "salesbot.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* The same for a part of the release. Take {root, name}. */}}
{{- define "salesbot.componentSelector" -}}
{{ include "salesbot.selectorLabels" .root }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{- define "salesbot.componentLabels" -}}
{{ include "salesbot.labels" .root }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{/* The values of one process, those of `defaults` beneath. Takes {root, name}. */}}
{{- define "salesbot.component" -}}
{{- mergeOverwrite (deepCopy .root.Values.defaults) (deepCopy (get .root.Values.services .name)) | toJson -}}
{{- end -}}

{{/* What the code says of itself: topics, and settings and secrets of each process. */}}
{{- define "salesbot.product" -}}
{{- .Files.Get "files/product.json" -}}
{{- end -}}

{{/* The image of a service. Takes {root, image}. */}}
{{- define "salesbot.image" -}}
{{- $image := .root.Values.image -}}
{{- $name := printf "%s-%s" (required "image.repository is empty: say where the images are, such as ghcr.io/example/salesbot" $image.repository) .image -}}
{{- with get $image.digests .image -}}
{{- printf "%s@%s" $name . -}}
{{- else -}}
{{- printf "%s:%s" $name (default .root.Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}

{{/* A setting as the environment has it: a list or a map as JSON, a number without an exponent. */}}
{{- define "salesbot.setting" -}}
{{- if or (kindIs "slice" .) (kindIs "map" .) -}}
{{- toJson . -}}
{{- else if and (kindIs "float64" .) (eq (float64 (int64 .)) .) -}}
{{- int64 . -}}
{{- else -}}
{{- . -}}
{{- end -}}
{{- end -}}

{{/* Whether the mailer keeps its notes on a volume of its own. Takes {name, component}. */}}
{{- define "salesbot.isStateful" -}}
{{- if (dig "persistence" "enabled" false .component) }}true{{ end -}}
{{- end -}}

{{- define "salesbot.workloadKind" -}}
{{- if include "salesbot.isStateful" . }}StatefulSet{{ else }}Deployment{{ end -}}
{{- end -}}

{{/* Whether something else than the workload says how many replicas there are. Takes {root, name, component}. */}}
{{- define "salesbot.isScaled" -}}
{{- if eq .name "gateway" -}}
{{- if or (eq .component.autoscaling.mode "cpu") (and (eq .component.autoscaling.mode "requests") .root.Values.keda.enabled) }}true{{ end -}}
{{- else if and .root.Values.keda.enabled .component.autoscaling.enabled }}true{{ end -}}
{{- end -}}

{{/* The fewest replicas that run. */}}
{{- define "salesbot.leastReplicas" -}}
{{- if include "salesbot.isScaled" . }}{{ .component.autoscaling.minReplicas }}{{ else }}{{ .component.replicas }}{{ end -}}
{{- end -}}
