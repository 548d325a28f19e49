# Completion of jobledger for fish: the program itself says what a word can become.

function __jobledger_complete
    set -l words (commandline -opc | string replace -r '^~/' $HOME/)
    set -l word (commandline -ct | string replace -ra '[\\\\"\']' '')
    set -l lines (command $words[1] --complete $words[2..] $word 2> /dev/null)
    set -l kept (string match -r '^--[^=]*=' -- $word; or echo)
    set -l path (string replace -r '^--[^=]*=' '' -- $word)
    switch "$lines"
        case \tfile
            printf '%s\n' $kept(__fish_complete_path $path)
        case \tfolder
            printf '%s\n' $kept(__fish_complete_directories $path '')
        case '*'
            printf '%s\n' $lines
    end
end

complete -c jobledger -f -a '(__jobledger_complete)'
