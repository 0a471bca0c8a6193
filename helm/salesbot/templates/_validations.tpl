{{/* Combinations that cannot work, each with what to do about it. A schema sees one value at a time. */}}
{{- define "salesbot.validate" -}}
{{- $product := include "salesbot.product" . | fromJson -}}
{{- if not .Values.image.repository -}}
{{- fail "image.repository is empty: say where the images are, such as ghcr.io/example/salesbot" -}}
{{- end -}}
{{- if not .Values.config.KAFKA_BOOTSTRAP_SERVERS -}}
{{- fail "config.KAFKA_BOOTSTRAP_SERVERS is empty: say where Kafka is, such as kafka-bootstrap.kafka:9092" -}}
{{- end -}}
{{- include "salesbot.validateSettings" (dict "where" "config" "given" .Values.config "processes" $product.processes) -}}
{{- range $name := keys .Values.services | sortAlpha -}}
{{- $component := include "salesbot.component" (dict "root" $ "name" $name) | fromJson -}}
{{- $where := printf "services.%s" $name -}}
{{- include "salesbot.validateSettings" (dict "where" (printf "%s.config" $where) "given" $component.config "processes" (pick $product.processes $name)) -}}
{{- if and $component.enabled (include "salesbot.isScaled" (dict "root" $ "name" $name "component" $component)) -}}
{{- include "salesbot.validateScaling" (dict "root" $ "name" $name "where" (printf "%s.autoscaling" $where) "component" $component) -}}
{{- end -}}
{{- end -}}
{{- if and (eq .Values.services.gateway.autoscaling.mode "requests") (not .Values.keda.enabled) -}}
{{- fail "services.gateway.autoscaling.mode requests needs keda.enabled; cpu does without" -}}
{{- end -}}
{{- include "salesbot.validateSecrets" . -}}
{{- include "salesbot.validateTransport" . -}}
{{- include "salesbot.validateOptions" . -}}
{{- end -}}

{{/* Settings that no process has, that are secrets, or that the chart sets. Takes {where, given, processes}. */}}
{{- define "salesbot.validateSettings" -}}
{{- $settings := list -}}{{- $secrets := list -}}
{{- range .processes -}}
{{- $settings = concat $settings .settings -}}{{- $secrets = concat $secrets .secrets -}}
{{- end -}}
{{- $whose := ternary "any process" (keys .processes | first) (gt (len .processes) 1) -}}
{{- $ours := dict "HTTP_HOST" "pods listen on all addresses" "HTTP_PORT" "the Service has a port of its own" "OPS_HOST" "pods listen on all addresses" "OPS_PORT" "the Service has a port of its own" "LEADSTORE_URL" "it is the leadstore of the release" "BOOKING_URL" "it is the booking of the release" "MAILER_URL" "see services.mailer.enabled" "MAIL_JOURNAL_DIR" "see services.mailer.persistence" "PLAYBOOK_PATH" "see playbook" "DATABASE_MIGRATE_AT_START" "see jobs.migrations" "KAFKA_REPLICATION_FACTOR" "see topics.replicationFactor" -}}
{{- range $name := keys .given | sortAlpha -}}
{{- if hasKey $ours $name -}}
{{- fail (printf "%s.%s is set by the chart: %s" $.where $name (get $ours $name)) -}}
{{- else if regexMatch "_TLS_[A-Z]+_FILE$|^SMTP_CA_FILE$" $name -}}
{{- fail (printf "%s.%s is set by the chart: see tls" $.where $name) -}}
{{- else if has $name $secrets -}}
{{- fail (printf "%s.%s is a secret: put it where secrets are, and its name into secrets.names" $.where $name) -}}
{{- else if not (has $name $settings) -}}
{{- fail (printf "%s.%s is no setting of %s; see .env.example" $.where $name $whose) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Takes {root, name, where, component}. */}}
{{- define "salesbot.validateScaling" -}}
{{- $scaling := .component.autoscaling -}}
{{- if gt (int $scaling.minReplicas) (int $scaling.maxReplicas) -}}
{{- fail (printf "%s: minReplicas %d is more than maxReplicas %d" .where (int $scaling.minReplicas) (int $scaling.maxReplicas)) -}}
{{- end -}}
{{- if and (lt (int $scaling.minReplicas) 1) (ne .name "proposal") -}}
{{- fail (printf "%s.minReplicas is 0: %s has work that no record asks for, and would never do it; 1 is the least. Only proposal may have 0" .where .name) -}}
{{- end -}}
{{- $product := include "salesbot.product" .root | fromJson -}}
{{- range $topic := $product.topics -}}
{{- if and (has $topic.name (get $product.processes $.name).reads) (gt (int $scaling.maxReplicas) (int $topic.partitions)) -}}
{{- fail (printf "%s.maxReplicas is %d, but %s has %d partitions: further replicas would have nothing to read" $.where (int $scaling.maxReplicas) $topic.name (int $topic.partitions)) -}}
{{- end -}}
{{- end -}}
{{- if eq .name "gateway" -}}
{{- if and (eq $scaling.mode "requests") (not $scaling.prometheusAddress) -}}
{{- fail (printf "%s.mode requests needs %s.prometheusAddress, such as http://prometheus-operated.monitoring:9090" .where .where) -}}
{{- else if and (eq $scaling.mode "cpu") (not (dig "requests" "cpu" "" .component.resources)) -}}
{{- fail (printf "%s.mode cpu needs services.gateway.resources.requests.cpu: utilization is a part of it" .where) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "salesbot.validateSecrets" -}}
{{- $secrets := .Values.secrets -}}
{{- $known := list -}}{{- $plain := list -}}
{{- range (include "salesbot.product" . | fromJson).processes -}}
{{- $known = concat $known .secrets -}}{{- $plain = concat $plain .settings -}}
{{- end -}}
{{- range $name := $secrets.names -}}
{{- if and (has $name $plain) (not (has $name $known)) (eq $secrets.mode "vaultAgent") -}}
{{- fail (printf "secrets.names: %s is read from no file, as vaultAgent has it; put it into config" $name) -}}
{{- else if not (or (has $name $known) (has $name $plain)) -}}
{{- fail (printf "secrets.names: no process has a setting %s; see .env.example" $name) -}}
{{- else if hasKey $.Values.config $name -}}
{{- fail (printf "%s is in config and in secrets.names: take it out of one" $name) -}}
{{- end -}}
{{- end -}}
{{- $there := include "salesbot.secretNames" . | fromJsonArray -}}
{{- range $name := $secrets.perProcess -}}
{{- if not (has $name $there) -}}
{{- fail (printf "secrets.perProcess: %s is no required secret, and not in secrets.names" $name) -}}
{{- end -}}
{{- end -}}
{{- if and (eq $secrets.mode "existingSecret") (not $secrets.existingSecret) -}}
{{- fail "secrets.existingSecret is empty: name a Secret that holds the settings that are secrets, or choose another secrets.mode" -}}
{{- end -}}
{{- if and (eq $secrets.mode "externalSecrets") (not $secrets.externalSecrets.store.name) (not $secrets.vault.address) -}}
{{- fail "secrets.mode externalSecrets needs secrets.externalSecrets.store.name, or secrets.vault.address for a store of our own" -}}
{{- end -}}
{{- if and .Values.backup.enabled (has "DATABASE_URL" $secrets.perProcess) (not .Values.backup.urlSecret.name) -}}
{{- fail "backup.urlSecret.name is empty: where each process has a DATABASE_URL of its own, so has the backup" -}}
{{- end -}}
{{- if and (eq $secrets.mode "vaultAgent") .Values.backup.enabled (not .Values.backup.urlSecret.name) -}}
{{- fail "backup.urlSecret.name is empty: with secrets.mode vaultAgent there is no Secret that the backup could read" -}}
{{- end -}}
{{- end -}}

{{- define "salesbot.validateTransport" -}}
{{- $config := .Values.config -}}
{{- $protocol := default "PLAINTEXT" $config.KAFKA_SECURITY_PROTOCOL -}}
{{- if not (has $protocol (list "PLAINTEXT" "SSL" "SASL_PLAINTEXT" "SASL_SSL")) -}}
{{- fail (printf "config.KAFKA_SECURITY_PROTOCOL is %s: it is one of PLAINTEXT, SSL, SASL_PLAINTEXT and SASL_SSL" $protocol) -}}
{{- end -}}
{{- if hasPrefix "SASL" $protocol -}}
{{- $scram := list "KAFKA_SASL_USERNAME" "KAFKA_SASL_PASSWORD" -}}
{{- $needed := get (dict "SCRAM-SHA-256" $scram "SCRAM-SHA-512" $scram "OAUTHBEARER" (list "KAFKA_OAUTH_TOKEN_URL" "KAFKA_OAUTH_CLIENT_ID" "KAFKA_OAUTH_CLIENT_SECRET")) (default "" $config.KAFKA_SASL_MECHANISM) -}}
{{- if not $needed -}}
{{- fail (printf "config.KAFKA_SECURITY_PROTOCOL %s needs config.KAFKA_SASL_MECHANISM: SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER" $protocol) -}}
{{- end -}}
{{- range $needed -}}
{{- $isSecret := regexMatch "PASSWORD|CLIENT_SECRET" . -}}
{{- if and $isSecret (not (has . $.Values.secrets.names)) -}}
{{- fail (printf "config.KAFKA_SASL_MECHANISM %s needs the secret %s: add it to secrets.names" $config.KAFKA_SASL_MECHANISM .) -}}
{{- else if and (not $isSecret) (not (get (mergeOverwrite (deepCopy $config) (include "salesbot.kafkaUser" (dict "root" $ "owner" "each") | fromJson)) .)) -}}
{{- fail (printf "config.KAFKA_SASL_MECHANISM %s needs config.%s" $config.KAFKA_SASL_MECHANISM .) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.keda.enabled (eq .Values.secrets.mode "vaultAgent") (not .Values.keda.authSecret) -}}
{{- fail "keda.authSecret is empty: KEDA asks Kafka by a password, and reads none that Vault's agent writes into our pods" -}}
{{- end -}}
{{- end -}}
{{- if and .Values.tls.kafka.secretName (not (hasSuffix "SSL" $protocol)) -}}
{{- fail (printf "tls.kafka would not be used: config.KAFKA_SECURITY_PROTOCOL is %s; it is SSL or SASL_SSL with TLS" $protocol) -}}
{{- end -}}
{{- range $server, $tls := .Values.tls -}}
{{- if ne (empty $tls.cert) (empty $tls.key) -}}
{{- fail (printf "tls.%s.cert and tls.%s.key need each other" $server $server) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "salesbot.validateOptions" -}}
{{- $values := .Values -}}
{{- if $values.ingress.enabled -}}
{{- if not $values.ingress.host -}}
{{- fail "ingress.host is empty: say by which name visitors come, such as chat.example.com" -}}
{{- end -}}
{{- if not (or $values.config.TRUSTED_PROXIES (dig "config" "TRUSTED_PROXIES" "" $values.services.gateway)) -}}
{{- fail "config.TRUSTED_PROXIES is empty: name the networks of the ingress controller, such as [10.0.0.0/8], or all visitors are counted as one address" -}}
{{- end -}}
{{- if and $values.ingress.tls.clusterIssuer $values.ingress.tls.issuer -}}
{{- fail "ingress.tls: name a clusterIssuer or an issuer, not both" -}}
{{- end -}}
{{- end -}}
{{- if and $values.playbook.existingConfigMap $values.playbook.files -}}
{{- fail "playbook: give existingConfigMap or files, not both" -}}
{{- end -}}
{{- if and $values.playbook.files (not (hasKey $values.playbook.files "playbook.yaml")) -}}
{{- fail "playbook.files has no playbook.yaml, which names the others" -}}
{{- end -}}
{{- if and (eq $values.topics.mode "strimzi") (not $values.topics.strimzi.cluster) -}}
{{- fail "topics.strimzi.cluster is empty: name the Kafka object whose topic operator makes the topics" -}}
{{- end -}}
{{- if and $values.monitoring.prometheusRule.enabled (not $values.monitoring.prometheusRule.runbookBaseUrl) -}}
{{- fail "monitoring.prometheusRule.runbookBaseUrl is empty: say where docs/runbook.md is read, such as https://git.example.com/salesbot/blob/main" -}}
{{- end -}}
{{- if and $values.backup.enabled (eq $values.backup.storage "s3") -}}
{{- range list "endpoint" "bucket" "existingSecret" -}}
{{- if not (get $values.backup.s3 .) -}}{{- fail (printf "backup.s3.%s is empty, and backup.storage is s3" .) -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- $mail := merge (deepCopy (dig "config" dict $values.services.mailer)) $values.config -}}
{{- if and (has "SMTP_URL" $values.secrets.names) (not $mail.MAIL_FROM) -}}
{{- fail "the secret SMTP_URL needs config.MAIL_FROM: whom mails are from" -}}
{{- end -}}
{{- end -}}
