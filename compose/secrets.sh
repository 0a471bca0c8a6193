#!/bin/sh
# Makes the secrets that neither .env nor the environment has, once, and keeps them in compose/secrets.env.
# Whoever loses DATA_KEY_SECRET loses what is in Kafka, and POSTGRES_PASSWORD is that of the volume.
set -eu
cd "$(dirname "$0")/.."
kept=compose/secrets.env
umask 077
touch "$kept"
for name in SESSION_SECRET DATA_KEY_SECRET DEV_API_KEY POSTGRES_PASSWORD GRAFANA_PASSWORD; do
  if eval "[ -n \"\${$name:-}\" ]" || grep -qs "^$name=." .env; then
    # One that is set wins over ours, which stays for whoever takes it out again.
    sed -i.before "s/^$name=/#$name=/" "$kept"
  elif grep -q "^#$name=" "$kept"; then
    sed -i.before "s/^#$name=/$name=/" "$kept"
  elif ! grep -q "^$name=" "$kept"; then
    printf '%s=%s\n' "$name" "$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')" >>"$kept"
  fi
done
rm -f "$kept.before"
