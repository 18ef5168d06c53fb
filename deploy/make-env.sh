#!/bin/sh
# Writes the secrets that docker-compose.yml needs into .env (or the file that is named), each a random number in hex.
# What is set there already stays, so running it again changes nothing.
set -eu
umask 077

file=${1:-.env}
touch "$file"
# A file that does not end its last line would have it continued.
if [ -s "$file" ] && [ -n "$(tail -c 1 "$file")" ]; then echo >> "$file"; fi

for name in POSTGRES_PASSWORD GRAFANA_READER_PASSWORD GRAFANA_ADMIN_PASSWORD API_TOKEN; do
  if grep -Eq "^[[:space:]]*(export[[:space:]]+)?$name=[^[:space:]]" "$file"; then
    echo "$file has $name already"
  else
    secret=$(od -An -N 24 -tx1 /dev/urandom | tr -d ' \n')
    # 24 bytes are 48 digits: anything else is not a secret.
    [ "${#secret}" -eq 48 ] || { echo "cannot read random numbers" >&2; exit 1; }
    echo "$name=$secret" >> "$file"
    echo "$file now has $name"
  fi
done
