# For the role salesbot, by which the External Secrets Operator reads.
path "secret/data/salesbot/*" { capabilities = ["read"] }
