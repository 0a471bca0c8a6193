{{/* Combinations that cannot work, each with what to do about it. A schema sees one value at a time. */}}
{{- define "salesbot.validate" -}}
{{- $product := include "salesbot.product" . | fromYaml -}}
{{- if not .Values.config.KAFKA_BOOTSTRAP_SERVERS -}}
{{- fail "config.KAFKA_BOOTSTRAP_SERVERS is empty: say where Kafka is, such as kafka-bootstrap.kafka:9092" -}}
{{- end -}}
{{- if and (eq .Values.secrets.mode "existingSecret") (not .Values.secrets.existingSecret) -}}
{{- fail "secrets.existingSecret is empty: name a Secret that holds the settings that are secrets, or choose another secrets.mode" -}}
{{- end -}}
{{- include "salesbot.validateSettings" (dict "root" . "where" "config" "given" .Values.config "processes" (keys $product.processes | sortAlpha)) -}}
{{- range $name := keys .Values.services | sortAlpha -}}
{{- $component := include "salesbot.component" (dict "root" $ "name" $name) | fromYaml -}}
{{- include "salesbot.validateSettings" (dict "root" $ "where" (printf "services.%s.config" $name) "given" $component.config "processes" (list $name)) -}}
{{- if and $component.enabled (include "salesbot.isScaled" (dict "root" $ "name" $name "component" $component)) -}}
{{- include "salesbot.validateScaling" (dict "root" $ "name" $name "scaling" $component.autoscaling) -}}
{{- end -}}
{{- end -}}
{{- $secrets := list -}}
{{- range $product.processes -}}{{- $secrets = concat $secrets .secrets .settings -}}{{- end -}}
{{- range $name := .Values.secrets.names -}}
{{- if not (has $name $secrets) -}}
{{- fail (printf "secrets.names: no process has a setting %s; see .env.example" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Settings that no process has, that are secrets, or that the chart sets. Takes {root, where, given, processes}. */}}
{{- define "salesbot.validateSettings" -}}
{{- $product := include "salesbot.product" .root | fromYaml -}}
{{- $settings := list -}}{{- $secrets := list -}}
{{- range $name := .processes -}}
{{- $process := get $product.processes $name -}}
{{- $settings = concat $settings $process.settings -}}{{- $secrets = concat $secrets $process.secrets -}}
{{- end -}}
{{- $ours := dict "HTTP_HOST" "pods listen on all addresses" "HTTP_PORT" "the Service has a port of its own" "OPS_HOST" "pods listen on all addresses" "OPS_PORT" "the Service has a port of its own" "LEADSTORE_URL" "it is the leadstore of the release" "BOOKING_URL" "it is the booking of the release" "MAILER_URL" "see services.mailer.enabled" "MAIL_JOURNAL_DIR" "see services.mailer.persistence" -}}
{{- range $name := keys .given | sortAlpha -}}
{{- if hasKey $ours $name -}}
{{- fail (printf "%s.%s is set by the chart: %s" $.where $name (get $ours $name)) -}}
{{- else if has $name $secrets -}}
{{- fail (printf "%s.%s is a secret: put it into the Secret and its name into secrets.names" $.where $name) -}}
{{- else if not (has $name $settings) -}}
{{- fail (printf "%s.%s is no setting of %s; see .env.example" $.where $name (ternary (first $.processes) "any process" (eq (len $.processes) 1))) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Takes {root, name, scaling}. */}}
{{- define "salesbot.validateScaling" -}}
{{- $product := include "salesbot.product" .root | fromYaml -}}
{{- $where := printf "services.%s.autoscaling" .name -}}
{{- if gt (int .scaling.minReplicas) (int .scaling.maxReplicas) -}}
{{- fail (printf "%s: minReplicas %d is more than maxReplicas %d" $where (int .scaling.minReplicas) (int .scaling.maxReplicas)) -}}
{{- end -}}
{{- if and (lt (int .scaling.minReplicas) 1) (ne .name "proposal") -}}
{{- fail (printf "%s.minReplicas is 0: %s has work that no record asks for, and would never do it; 1 is the least. Only proposal may have 0" $where .name) -}}
{{- end -}}
{{- range $topic := $product.topics -}}
{{- if and (has $topic.name (get $product.processes $.name).reads) (gt (int $.scaling.maxReplicas) (int $topic.partitions)) -}}
{{- fail (printf "%s.maxReplicas is %d, but %s has %d partitions: further replicas would have nothing to read" $where (int $.scaling.maxReplicas) $topic.name (int $topic.partitions)) -}}
{{- end -}}
{{- end -}}
{{- if eq .name "gateway" -}}
{{- if and (eq .scaling.mode "requests") (not .scaling.prometheusAddress) -}}
{{- fail (printf "%s.mode requests needs %s.prometheusAddress, such as http://prometheus-operated.monitoring:9090" $where $where) -}}
{{- end -}}
{{- end -}}
{{- end -}}
