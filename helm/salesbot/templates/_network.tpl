{{/* DNS, and the servers that are needed. Takes {root, needs}. */}}
{{- define "salesbot.egress" -}}
- ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]
  {{- with .root.Values.networkPolicy.dns.to }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- range $need := .needs }}
{{- $server := get $.root.Values.networkPolicy $need }}
- ports:
    {{- range $server.ports }}
    - {port: {{ . }}, protocol: TCP}
    {{- end }}
  {{- with $server.to }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end -}}
