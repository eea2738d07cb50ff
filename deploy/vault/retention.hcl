# Retention finds the keys of days and destroys them. It cannot open anything:
# of a key's configuration it may change only that the key can be deleted, as a
# key that could be exported would be a way round.
path "transit/keys" {
  capabilities = ["list"]
}
path "transit/keys/hushlog-*" {
  capabilities = ["delete", "update"]
  allowed_parameters = {
    "deletion_allowed" = [true]
  }
}
