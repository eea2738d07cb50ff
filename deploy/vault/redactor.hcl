# The redactor makes epochs under the key of its day (Vault makes the key at the
# first encrypt) and opens what is sealed to it. It cannot destroy a key.
path "transit/encrypt/hushlog-*" {
  capabilities = ["create", "update"]
}
path "transit/decrypt/hushlog-*" {
  capabilities = ["update"]
}
