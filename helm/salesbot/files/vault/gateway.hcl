# Made by `python -m devstack.chart`; edit the contracts and the settings instead.
# For the role salesbot-gateway.
path "secret/data/salesbot/BOOKING_SECRET" { capabilities = ["read"] }
path "secret/data/salesbot/CALCOM_SECRET" { capabilities = ["read"] }
path "secret/data/salesbot/CALENDLY_SIGNING_KEY" { capabilities = ["read"] }
path "secret/data/salesbot/DATABASE_URL" { capabilities = ["read"] }
path "secret/data/salesbot/DATA_KEY_SECRET" { capabilities = ["read"] }
path "secret/data/salesbot/DEV_API_KEY" { capabilities = ["read"] }
path "secret/data/salesbot/KAFKA_OAUTH_CLIENT_SECRET" { capabilities = ["read"] }
path "secret/data/salesbot/KAFKA_SASL_PASSWORD" { capabilities = ["read"] }
path "secret/data/salesbot/MAIL_IN_MAILGUN_SIGNING_KEY" { capabilities = ["read"] }
path "secret/data/salesbot/MAIL_IN_POSTMARK_LOGIN" { capabilities = ["read"] }
path "secret/data/salesbot/MAIL_IN_RAW_SECRET" { capabilities = ["read"] }
path "secret/data/salesbot/MAIL_IN_SENDGRID_LOGIN" { capabilities = ["read"] }
path "secret/data/salesbot/MAIL_SECRET" { capabilities = ["read"] }
path "secret/data/salesbot/OIDC_CLIENT_SECRET" { capabilities = ["read"] }
path "secret/data/salesbot/PREVIOUS_DATA_KEY_SECRETS" { capabilities = ["read"] }
path "secret/data/salesbot/PREVIOUS_MAIL_SECRETS" { capabilities = ["read"] }
path "secret/data/salesbot/PREVIOUS_PROPOSAL_LINK_SECRETS" { capabilities = ["read"] }
path "secret/data/salesbot/PREVIOUS_RECEIPT_SECRETS" { capabilities = ["read"] }
path "secret/data/salesbot/PREVIOUS_SESSION_SECRETS" { capabilities = ["read"] }
path "secret/data/salesbot/PROPOSAL_LINK_SECRET" { capabilities = ["read"] }
path "secret/data/salesbot/RECEIPT_SECRET" { capabilities = ["read"] }
path "secret/data/salesbot/REDIS_URL" { capabilities = ["read"] }
path "secret/data/salesbot/SESSION_SECRET" { capabilities = ["read"] }
path "secret/data/salesbot/gateway/+" { capabilities = ["read"] }
