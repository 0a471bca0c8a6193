{{/* To which servers a process goes by TLS with certificates of `tls`: the prefixes of their settings. Takes {root, process}. */}}
{{- define "salesbot.tlsOf" -}}
{{- $found := dict -}}
{{- range $server, $tls := .root.Values.tls -}}
{{- $setting := ternary "SMTP_CA_FILE" (printf "%s_TLS_CA_FILE" (upper $server)) (eq $server "smtp") -}}
{{- if and $tls.secretName (has $setting $.process.settings) -}}{{- $_ := set $found $server $tls -}}{{- end -}}
{{- end -}}
{{- toJson $found -}}
{{- end -}}

{{- define "salesbot.tlsEnv" -}}
{{- range $server, $tls := include "salesbot.tlsOf" . | fromJson }}
{{- $prefix := ternary "SMTP" (printf "%s_TLS" (upper $server)) (eq $server "smtp") }}
- {name: {{ $prefix }}_CA_FILE, value: /etc/salesbot/tls/{{ $server }}/{{ $tls.ca }}}
{{- if $tls.cert }}
- {name: {{ $prefix }}_CERT_FILE, value: /etc/salesbot/tls/{{ $server }}/{{ $tls.cert }}}
- {name: {{ $prefix }}_KEY_FILE, value: /etc/salesbot/tls/{{ $server }}/{{ $tls.key }}}
{{- end }}
{{- end }}
{{- end -}}

{{- define "salesbot.tlsMounts" -}}
{{- range $server, $_ := include "salesbot.tlsOf" . | fromJson }}
- {name: tls-{{ $server }}, mountPath: /etc/salesbot/tls/{{ $server }}, readOnly: true}
{{- end }}
{{- end -}}

{{- define "salesbot.tlsVolumes" -}}
{{- range $server, $tls := include "salesbot.tlsOf" . | fromJson }}
- name: tls-{{ $server }}
  secret: {secretName: {{ $tls.secretName }}, defaultMode: 0440}
{{- end }}
{{- end -}}
