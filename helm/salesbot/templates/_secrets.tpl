{{/* The Secret that holds settings; there is none where Vault's agent writes files. */}}
{{- define "salesbot.secretName" -}}
{{- if eq .Values.secrets.mode "externalSecrets" -}}
{{- include "salesbot.fullname" . }}-secrets
{{- else -}}
{{- .Values.secrets.existingSecret -}}
{{- end -}}
{{- end -}}

{{/* The secrets that exist, as a list. */}}
{{- define "salesbot.secretNames" -}}
{{- concat (list "DATABASE_URL" "REDIS_URL" "DATA_KEY_SECRET" "SESSION_SECRET" "BOOKING_SECRET") .Values.secrets.names | uniq | toJson -}}
{{- end -}}

{{/* Those of them that a process reads, as a list. Takes {root, process}, of which the second is from the facts. */}}
{{- define "salesbot.secretsOf" -}}
{{- $read := list -}}
{{- range $name := include "salesbot.secretNames" .root | fromJsonArray -}}
{{- if or (has $name $.process.secrets) (has $name $.process.settings) -}}{{- $read = append $read $name -}}{{- end -}}
{{- end -}}
{{- toJson $read -}}
{{- end -}}

{{/* Under which key a secret stands: its name, or below who has one of its own. Takes {root, owner, secret, separator}. */}}
{{- define "salesbot.secretKey" -}}
{{- if has .secret .root.Values.secrets.perProcess -}}{{ .owner }}{{ .separator }}{{- end -}}
{{- .secret -}}
{{- end -}}

{{/* They as the environment of a container: themselves, or the files that hold them. Takes {root, owner, process}. */}}
{{- define "salesbot.secretEnv" -}}
{{- range $name := include "salesbot.secretsOf" . | fromJsonArray }}
{{- if eq $.root.Values.secrets.mode "vaultAgent" }}
- {name: {{ $name }}_FILE, value: /vault/secrets/{{ $name }}}
{{- else }}
{{- $key := include "salesbot.secretKey" (dict "root" $.root "owner" $.owner "secret" $name "separator" ".") }}
- name: {{ $name }}
  valueFrom: {secretKeyRef: {name: {{ include "salesbot.secretName" $.root }}, key: {{ $key }}}}
{{- end }}
{{- end }}
{{- end -}}

{{/* By what name a user of Kafka signs in who has a password of its own: the owner's. Takes {root, owner}. */}}
{{- define "salesbot.kafkaUser" -}}
{{- $users := dict -}}
{{- if has "KAFKA_SASL_PASSWORD" .root.Values.secrets.perProcess }}{{ $_ := set $users "KAFKA_SASL_USERNAME" .owner }}{{ end -}}
{{- if has "KAFKA_OAUTH_CLIENT_SECRET" .root.Values.secrets.perProcess }}{{ $_ := set $users "KAFKA_OAUTH_CLIENT_ID" .owner }}{{ end -}}
{{- toJson $users -}}
{{- end -}}

{{/* Every key of the Secret, each with its entry in the store. */}}
{{- define "salesbot.secretKeys" -}}
{{- $product := include "salesbot.product" . | fromJson -}}
{{- $keys := list -}}
{{- range $name := include "salesbot.secretNames" . | fromJsonArray -}}
{{- if has $name $.Values.secrets.perProcess -}}
{{- range $owner, $process := $product.processes -}}
{{- if has $name $process.secrets }}{{ $keys = append $keys (list $owner $name) }}{{ end -}}
{{- end -}}
{{- if eq $name "DATABASE_URL" }}{{ $keys = append $keys (list "migrations" $name) }}{{ end -}}
{{- if hasPrefix "KAFKA_" $name -}}
{{- range $owner := list "autoscaler" "topics" }}{{ $keys = append $keys (list $owner $name) }}{{ end -}}
{{- end -}}
{{- else -}}
{{- $keys = append $keys (list $name) -}}
{{- end -}}
{{- end -}}
{{- toJson $keys -}}
{{- end -}}

{{/* What Vault's injector reads. Takes {root, name, owner, process, isJob}; `name` is that of the role. */}}
{{- define "salesbot.vaultAnnotations" -}}
{{- $vault := .root.Values.secrets.vault -}}
vault.hashicorp.com/agent-inject: "true"
vault.hashicorp.com/role: {{ $vault.role }}-{{ .name }}
vault.hashicorp.com/auth-path: auth/{{ $vault.authMount }}
vault.hashicorp.com/agent-service-account-token-volume-name: vault-token
vault.hashicorp.com/agent-run-as-user: "10001"
vault.hashicorp.com/agent-run-as-group: "10001"
{{- with $vault.address }}
vault.hashicorp.com/service: {{ . }}
{{- end }}
{{- with $vault.namespace }}
vault.hashicorp.com/namespace: {{ . }}
{{- end }}
{{- if .isJob }}
# An agent that went on would keep the Job from ending.
vault.hashicorp.com/agent-pre-populate-only: "true"
{{- end }}
{{- range $secret := include "salesbot.secretsOf" . | fromJsonArray }}
{{- $key := include "salesbot.secretKey" (dict "root" $.root "owner" $.owner "secret" $secret "separator" "/") }}
{{- $entry := printf "%s/data/%s/%s" $vault.mount $vault.path $key }}
vault.hashicorp.com/agent-inject-secret-{{ $secret }}: {{ $entry }}
vault.hashicorp.com/agent-inject-template-{{ $secret }}: {{ printf "{{- with secret %q -}}{{ .Data.data.value }}{{- end -}}" $entry | squote }}
{{- end }}
{{- end -}}

{{/* The token by which an agent signs in; pods have no other. Takes {root}. */}}
{{- define "salesbot.vaultVolume" -}}
{{- if eq .root.Values.secrets.mode "vaultAgent" }}
- name: vault-token
  projected: {sources: [{serviceAccountToken: {path: token, expirationSeconds: 3600, audience: vault}}]}
{{- end }}
{{- end -}}
