# Dumps the database that $DATABASE_URL names into $BACKUP_DIR, then forgets dumps that are older than $KEEP_DAYS days.
# What is named .partial is no dump: it was not finished.
set -eu
url=$(printf '%s' "$DATABASE_URL" | sed 's#^postgresql+asyncpg://#postgresql://#')
if [ -n "${DATABASE_TLS_CA_FILE:-}" ]; then
  export PGSSLMODE=verify-full PGSSLROOTCERT="$DATABASE_TLS_CA_FILE"
  export PGSSLCERT="${DATABASE_TLS_CERT_FILE:-}" PGSSLKEY="${DATABASE_TLS_KEY_FILE:-}"
fi
dump="$BACKUP_DIR/salesbot-$(date -u +%Y%m%dT%H%M%SZ).dump"
pg_dump --dbname "$url" --format custom --no-owner --no-acl --file "$dump.partial"
# Readable to its end, before an older one goes.
pg_restore --list "$dump.partial" > /dev/null
mv "$dump.partial" "$dump"
find "$BACKUP_DIR" -maxdepth 1 -name 'salesbot-*.dump*' -mtime "+$KEEP_DAYS" -delete
ls -l "$dump"
