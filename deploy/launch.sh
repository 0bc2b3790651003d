#!/bin/sh
# Starts CPA Manager Plus in its container without root's powers.
#
# The image has no USER, so that a container without further settings can take over a volume that root owns (every
# new one, and every one written by a manager that ran as root) and read secrets that only root may read. This
# script does those two things and then becomes the program, as an ordinary user with no way back to root:
#
#   launch --adopt [command…]     the image's entry point
#   cpa-manager-plus [command…]   the same file under the program's name, for `docker exec`: takes nothing over,
#                                 but drops root too, so that no file in /data ever belongs to root
#
# Started with `--user`, it has no powers to drop and does nothing but start the program.
set -eu
# The database and its keys are nobody else's to read.
umask 077

program=/usr/local/libexec/cpamp/cpa-manager-plus
# The image's own user, `cpamp`; used where the data does not belong to somebody else already.
default_id=65532
data=${USAGE_DATA_DIR:-/data}
# Docker always mounts a tmpfs here, with a read-only root file system too: secrets reach no disk.
memory=/dev/shm
secrets=$memory/cpamp-secrets

fail() {
  printf 'cpa-manager-plus: %s\n' "$*" >&2
  exit 1
}

adopt=no
if [ "${1-}" = --adopt ]; then
  adopt=yes
  shift
fi

if [ "$(id -u)" -ne 0 ]; then
  exec "$program" "$@"
fi

# Data that belongs to an ordinary user stays that user's, and the program runs as that user: a directory of the
# host keeps its owner, and a volume written under `--user` can still be read under it later.
uid=$default_id
gid=$default_id
for path in "$data" "${USAGE_DB_PATH:-$data/usage.sqlite}"; do
  if [ -e "$path" ] && [ "$(stat -c %u -- "$path")" -ne 0 ]; then
    uid=$(stat -c %u -- "$path")
    gid=$(stat -c %g -- "$path")
    break
  fi
done
# The group root may read what others may not; the owner does not need it.
[ "$gid" -ne 0 ] || gid=$default_id

as_user() {
  setpriv --reuid="$uid" --regid="$gid" --clear-groups --no-new-privs --inh-caps=-all -- "$@"
}

as_user true 2>/dev/null || fail "cannot give up root's powers (were all capabilities dropped?);" \
  "start the container with --user $uid:$gid, or leave it SETUID and SETGID"

# Only a mount point, or the image's own /data, is taken over: a mistyped USAGE_DATA_DIR gives nothing away.
# -h and -xdev: a symbolic link is never followed, another file system never entered.
if [ "$adopt" = yes ] && [ "$data" != / ] && [ -d "$data" ]; then
  if [ "$data" = /data ] || mountpoint -q -- "$data"; then
    if find "$data" -xdev ! -user "$uid" -exec chown -h "$uid:$gid" {} + 2>/dev/null; then
      chmod u+rwx,go-w -- "$data" 2>/dev/null || :
    else
      printf 'cpa-manager-plus: %s\n' "cannot take over $data for user $uid (read-only, or CHOWN dropped?); going on" >&2
    fi
  fi
fi

# A secret that only root may read is copied into memory, for the program's user alone; its name in the environment
# then points at the copy. The contents never enter the environment, where any listing would show them. The
# directory belongs to root, so nothing that the program does can bend a later copy.
pass_secret() {
  if [ ! -f "$2" ] || as_user test -r "$2"; then
    return 0
  fi
  [ "$(stat -f -c %T "$memory" 2>/dev/null)" = tmpfs ] ||
    fail "$2 is readable by root alone and $memory is not a tmpfs: make the file readable for user $uid"
  mkdir -m 0711 "$secrets" 2>/dev/null || :
  if [ -L "$secrets" ] || [ ! -d "$secrets" ] || [ "$(stat -c %u "$secrets")" -ne 0 ]; then
    fail "$secrets was not made by root: restart the container"
  fi
  rm -f -- "$secrets/$1"
  install -m 0400 -o "$uid" -g "$gid" -- "$2" "$secrets/$1"
  export "$1=$secrets/$1"
}
pass_secret CPA_MANAGER_ADMIN_KEY_FILE "${CPA_MANAGER_ADMIN_KEY_FILE:-/run/secrets/cpa_admin_key}"
pass_secret CPA_MANAGER_DATA_KEY_FILE "${CPA_MANAGER_DATA_KEY_FILE:-/run/secrets/cpa_data_key}"
pass_secret CPA_MANAGEMENT_KEY_FILE "${CPA_MANAGEMENT_KEY_FILE:-/run/secrets/cpa_management_key}"

export HOME="$data"
exec setpriv --reuid="$uid" --regid="$gid" --clear-groups --no-new-privs --inh-caps=-all -- "$program" "$@"
