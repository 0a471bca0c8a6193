# Made by `python -m devstack.chart`; edit the contracts and the settings instead.
# For the role salesbot-booking.
path "secret/data/salesbot/BOOKING_SECRET" { capabilities = ["read"] }
path "secret/data/salesbot/CALCOM_API_KEY" { capabilities = ["read"] }
path "secret/data/salesbot/CALCOM_SECRET" { capabilities = ["read"] }
path "secret/data/salesbot/CALENDLY_API_TOKEN" { capabilities = ["read"] }
path "secret/data/salesbot/CALENDLY_SIGNING_KEY" { capabilities = ["read"] }
path "secret/data/salesbot/DATABASE_URL" { capabilities = ["read"] }
path "secret/data/salesbot/DATA_KEY_SECRET" { capabilities = ["read"] }
path "secret/data/salesbot/KAFKA_OAUTH_CLIENT_SECRET" { capabilities = ["read"] }
path "secret/data/salesbot/KAFKA_SASL_PASSWORD" { capabilities = ["read"] }
path "secret/data/salesbot/PREVIOUS_DATA_KEY_SECRETS" { capabilities = ["read"] }
path "secret/data/salesbot/REDIS_URL" { capabilities = ["read"] }
path "secret/data/salesbot/booking/+" { capabilities = ["read"] }
