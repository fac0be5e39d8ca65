# shellcheck shell=bash disable=SC2154
# Backups: three that leave a stamp, of which one failed, one is old and one is gone.

backups_prepare() {
  cat >>"$tree/demo/config/postgres.yml" <<YAML
backups:
  - {name: failed-dump, stamp: $work/failed.json}
  - {name: old-dump, stamp: $work/old.json}
  - {name: lost-dump, stamp: $work/lost.json}
YAML
  local name
  for name in failed old lost; do backup_stamp "$name" "$(date +%s)" success; done
}

# backup_stamp NAME FINISHED RESULT
backup_stamp() { printf '{"finished_at": %s, "result": "%s", "size_bytes": 1000}\n' "$2" "$3" >"$work/$1.json"; }

backups_begin() {
  fault backup-failed "a backup ends with an error" backup_stamp failed "$(date +%s)" failure
  fault backup-old "the last backup is 27 hours old" backup_stamp old $(($(date +%s) - 97200)) success
  fault backup-gone "the backup's stamp is removed" rm "$work/lost.json"
}

backups_prove() {
  proven BackupFailed/2 backup-failed 60 failed-dump
  proven BackupStale/2 backup-old 60 old-dump
  proven BackupUnknown/3 backup-gone 120 lost-dump
}
