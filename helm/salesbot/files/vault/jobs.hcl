# Made by `python -m devstack.chart`; edit the contracts and the settings instead.
# For the role salesbot-jobs.
path "secret/data/salesbot/DATABASE_URL" { capabilities = ["read"] }
path "secret/data/salesbot/KAFKA_OAUTH_CLIENT_SECRET" { capabilities = ["read"] }
path "secret/data/salesbot/KAFKA_SASL_PASSWORD" { capabilities = ["read"] }
path "secret/data/salesbot/migrations/+" { capabilities = ["read"] }
path "secret/data/salesbot/topics/+" { capabilities = ["read"] }
