# Made by `python -m devstack.chart`; edit the contracts and the settings instead.
# For the role salesbot-mailer.
path "secret/data/salesbot/DATABASE_URL" { capabilities = ["read"] }
path "secret/data/salesbot/DATA_KEY_SECRET" { capabilities = ["read"] }
path "secret/data/salesbot/DKIM_PRIVATE_KEY" { capabilities = ["read"] }
path "secret/data/salesbot/KAFKA_OAUTH_CLIENT_SECRET" { capabilities = ["read"] }
path "secret/data/salesbot/KAFKA_SASL_PASSWORD" { capabilities = ["read"] }
path "secret/data/salesbot/MAIL_SECRET" { capabilities = ["read"] }
path "secret/data/salesbot/MAIL_SUPPRESSION_SECRET" { capabilities = ["read"] }
path "secret/data/salesbot/PREVIOUS_DATA_KEY_SECRETS" { capabilities = ["read"] }
path "secret/data/salesbot/PREVIOUS_MAIL_SECRETS" { capabilities = ["read"] }
path "secret/data/salesbot/PREVIOUS_SESSION_SECRETS" { capabilities = ["read"] }
path "secret/data/salesbot/PROPOSAL_LINK_SECRET" { capabilities = ["read"] }
path "secret/data/salesbot/REDIS_URL" { capabilities = ["read"] }
path "secret/data/salesbot/SESSION_SECRET" { capabilities = ["read"] }
path "secret/data/salesbot/SMTP_URL" { capabilities = ["read"] }
path "secret/data/salesbot/mailer/+" { capabilities = ["read"] }
