#!/bin/sh
# embed.sh header|source FILE.sql... : makes the SQL files part of the program, as an enumeration of their names and
# a table of their bytes. Bytes, not string literals: those have a length limit, and joined lines would let a comment
# swallow what follows it.
set -eu
kind=$1
shift

name() { # sql/reports/models.sql -> reports/models
    n=${1#sql/}
    printf '%s' "${n%.sql}"
}

identifier() { # reports/failure-causes -> SQL_REPORTS_FAILURE_CAUSES
    printf 'SQL_%s' "$1" | tr 'a-z/-' 'A-Z__'
}

echo '/* Generated from sql/ by sql/embed.sh. */'
if [ "$kind" = header ]; then
    echo 'enum sql_id {'
    for file; do
        printf '    %s,\n' "$(identifier "$(name "$file")")"
    done
    echo '    SQL_COUNT'
    echo '};'
    exit
fi
echo '#include "sql.h"'
i=0
for file; do
    printf 'static const char text_%d[] = {\n' "$i"
    od -An -v -tu1 "$file" | sed 's/[0-9][0-9]*/&,/g'
    echo '0};'
    i=$((i + 1))
done
echo 'const struct sql_text sql_texts[SQL_COUNT] = {'
i=0
for file; do
    printf '    {"%s", text_%d},\n' "$(name "$file")" "$i"
    i=$((i + 1))
done
echo '};'
