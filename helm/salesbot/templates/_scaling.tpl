{{/* What KEDA asks Kafka of one topic. KEDA ignores a key that it does not know. Takes {root, group, topic, scaling}. */}}
{{- define "salesbot.kafkaTrigger" -}}
{{- $config := .root.Values.config -}}
{{- $protocol := default "PLAINTEXT" $config.KAFKA_SECURITY_PROTOCOL -}}
bootstrapServers: {{ $config.KAFKA_BOOTSTRAP_SERVERS | quote }}
consumerGroup: {{ .group }}
topic: {{ .topic }}
lagThreshold: {{ .scaling.lagThreshold | quote }}
activationLagThreshold: {{ .scaling.activationLagThreshold | quote }}
# As the consumers do: what was never committed is read from the first record.
offsetResetPolicy: earliest
limitToPartitionsWithLag: {{ .scaling.limitToPartitionsWithLag | quote }}
version: {{ .root.Values.keda.kafkaVersion | quote }}
{{- if hasSuffix "SSL" $protocol }}
tls: enable
{{- end }}
{{- if hasPrefix "SASL" $protocol }}
sasl: {{ get (dict "SCRAM-SHA-256" "scram_sha256" "SCRAM-SHA-512" "scram_sha512" "OAUTHBEARER" "oauthbearer") $config.KAFKA_SASL_MECHANISM }}
{{- end }}
{{- end -}}
