# Ingest opens what is sealed to it, and does nothing else.
path "transit/decrypt/hushlog-*" {
  capabilities = ["update"]
}
