#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The golden run of VERSION, made by the program of that time, is still read, folded and resumed; a newer one is refused.
. "$(dirname "$0")/../cli/expect.sh"
here=$(realpath "$(dirname "$0")")
version=$1
cd "$work" || exit 1
tar xzf "$here/$version/run.tar.gz"
copy() { rm -rf "$1"; cp -r run "$1"; }
reader() { PYTHONPATH=$SOURCE/python PYTHONDONTWRITEBYTECODE=1 "$PYTHON" -c "import atoll_archive, sys; $1" "$2"; }
evaluations=$(($(wc -l <tables/evaluations.csv) - 1))

mkdir new
for table in evaluations metrics migrations events; do "$ATOLL" archive export run --table $table >new/$table.csv; done
check "every value of it" "$PYTHON" "$here/compare.py" "$here/$version" "$ATOLL" new
expect 0 "the Python reader on the old archive.h5" reader 'a = atoll_archive.open(sys.argv[1]); f = a.frame("evaluations"); print(len(f), len(a.vector(f.index[-1])), a.format)' run
says "the Python reader" "^$evaluations [1-9]"

copy folded
rm folded/archive.h5
expect 0 "fold" "$ATOLL" archive fold folded
expect 0 "verify the fold" "$ATOLL" archive verify folded
says "verify the fold" "sound, $evaluations evaluations.*current"
"$ATOLL" archive hash folded | head -n 1 >hash
check "the Python reader's hash" reader 'assert atoll_archive.content_hash(sys.argv[1]) == open("hash").read().strip()' folded
expect 0 "merge" "$ATOLL" archive merge run folded -o merged
for count in 1 2 3; do
    copy resumed
    expect 0 "resume on $count" ranks $count resume resumed --limits-evaluations $((evaluations + 30)) --quiet
    expect 0 "verify the resumed" "$ATOLL" archive verify resumed
    says "verify the resumed" "sound, $((evaluations + 30)) evaluations.*current"
    "$ATOLL" archive export resumed >resumed.csv
    # Its own rows are still there, as they were.
    [ "$(grep -cxFf new/evaluations.csv resumed.csv)" = $((evaluations + 1)) ] && pass || fail "resume on $count changed old records"
done

copy newer
"$PYTHON" "$here/newer.py" journal newer
for verb in "archive verify newer" "archive best newer" "archive hash newer" "archive fold newer" "archive merge run newer -o x" "report newer" "resume newer"; do
    expect 4 "$verb of a newer journal" "$ATOLL" $verb
    says "$verb of a newer journal" 'format 2\.0.*up to 1\.'
done
[ "$(cksum <newer/archive.h5)" = "$(cksum <run/archive.h5)" ] && pass || fail "a refused fold touched archive.h5"
expect 4 "resume a newer journal on two ranks" ranks 2 resume newer
says_once "resume a newer journal on two ranks" 'format 2\.0.*up to 1\.'

copy newer
"$PYTHON" "$here/newer.py" snapshot newer
expect 0 "a newer snapshot is whole" "$ATOLL" archive verify newer
for count in 1 2; do
    expect 4 "resume a newer snapshot on $count" ranks $count resume newer --limits-evaluations $((evaluations + 30))
    says "resume a newer snapshot on $count" 'version 99.*version [1-9]'
done

copy newer
"$PYTHON" -c 'import h5py, numpy, sys; h5py.File(sys.argv[1], "r+").attrs["format"] = numpy.bytes_("2.0")' newer/archive.h5
expect 4 "a newer archive.h5" "$ATOLL" archive verify newer
says "a newer archive.h5" 'format 2\.0.*up to 1\.'
expect 1 "a newer archive.h5 in Python" reader 'atoll_archive.open(sys.argv[1])' newer
says "a newer archive.h5 in Python" 'format 2\.0.*knows 1\.'
finish
