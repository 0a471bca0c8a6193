{{- define "salesbot.playbookName" -}}
{{- if .Values.playbook.existingConfigMap -}}
{{- .Values.playbook.existingConfigMap -}}
{{- else if .Values.playbook.files -}}
{{- include "salesbot.fullname" . }}-playbook
{{- end -}}
{{- end -}}

{{- define "salesbot.playbookVolume" -}}
{{- with include "salesbot.playbookName" . }}
- name: playbook
  configMap:
    name: {{ . }}
    {{- if not $.Values.playbook.existingConfigMap }}
    # A key of a ConfigMap has no folders.
    items:
      {{- range $path := keys $.Values.playbook.files | sortAlpha }}
      - {key: {{ $path | replace "/" "__" }}, path: {{ $path }}}
      {{- end }}
    {{- end }}
{{- end }}
{{- end -}}
