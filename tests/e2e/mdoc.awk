# The outline of a manual page in mdoc: a line for each item of a list, and for the text beside the lists of a section or
# subsection. Between tabs: the section, the subsection, the item's head as it is shown (empty for text beside the
# lists), and the source of what is said there.

function shown(words, count, from,    i, word, text, glue) {
    glue = 1
    for (i = from; i <= count; i++) {
        word = words[i]
        if (word ~ /^(Ar|Cm|Er|Ev|Ic|No|Pa|Va)$/)
            continue
        if (word == "Ns") {
            glue = 1
            continue
        }
        if (word == "Fl")
            word = "-" words[++i]
        else if (word == "Oo")
            word = "["
        else if (word == "Oc")
            word = "]"
        text = text (glue || word ~ /^[],)]/ ? "" : " ") plain(word)
        glue = word == "["
    }
    return text
}

function plain(word) {
    gsub(/\\-/, "-", word)
    gsub(/\\&/, "", word)
    return word
}

function finish() {
    if (section != "")
        print section "\t" subsection "\t" head "\t" source
    head = source = ""
}

/^\.\\"/ { next }
/^\.Sh / { finish(); section = substr($0, 5); subsection = ""; next }
/^\.Ss / { finish(); subsection = substr($0, 5); next }
/^\.El/ { finish(); next }
/^\.It/ { finish(); count = split($0, words, " "); head = shown(words, count, 2); next }
{ source = source (source == "" ? "" : " ") $0 }
END { finish() }
