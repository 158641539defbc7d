# How far something is, as one line that is written over while it goes on; where that is no terminal, nothing. For scripts that
# source this.
#   progress TEXT    that it is so far
#   progress_end     the line is free again
case ${TERM-dumb} in dumb) progress_on=false ;; *) progress_on=true ;; esac
[ -t 2 ] || progress_on=false

progress() { ! $progress_on || printf '\r\033[K%.72s' "$1" >&2; }
progress_end() { ! $progress_on || printf '\r\033[K' >&2; }
