# Completion of jobledger for bash: the program itself says what a word can become.

_jobledger()
{
    local rest=${COMP_LINE:0:COMP_POINT} word line kept quoted='' i
    local -a words=() lines=()

    # bash takes = and : for words of their own. What stands together in the line is put together again.
    for ((i = 0; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $i -gt 0 && $rest != [[:blank:]]* ]]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
        rest=${rest#"${rest%%[![:blank:]]*}"}
        rest=${rest#"$word"}
    done
    word=${rest#"${rest%%[![:blank:]]*}"}
    if [[ $rest != [[:blank:]]* ]]; then
        word=${words[-1]}$word
        unset 'words[-1]'
    fi

    words=("${words[@]/#\~\//$HOME/}")
    mapfile -t lines < <("${words[0]}" --complete "${words[@]:1}" "${word//[\\\"\']/}" 2> /dev/null)
    case ${lines[0]-} in
    $'\tfile') compopt -o default ;;
    $'\tfolder') compopt -o dirnames ;;
    *= | *=$'\t'*) compopt -o nospace ;;
    esac

    # bash replaces what follows an open quote, or else the last of its marks.
    kept=${COMP_WORDBREAKS//[^=:]/}
    kept=${kept:+${word%"${word##*["$kept"]}"}}
    if [[ ${COMP_WORDS[COMP_CWORD]} == [\"\']* ]]; then
        kept=${word%%[\"\']*}
        quoted=yes
    fi
    COMPREPLY=()
    for line in "${lines[@]%%$'\t'*}"; do
        [[ -n $line ]] || continue
        line=${line#"${kept//\\/}"}
        [[ $quoted || $line != *[!A-Za-z0-9_.,:=/@%+-]* ]] || printf -v line %q "$line"
        COMPREPLY+=("$line")
    done
}

complete -F _jobledger jobledger
