# From the macros of a header: those that a program may name, and what these are made of.
{
    name = $2
    sub(/\(.*/, "", name)
    if (name == "assert") next
    text[name] = $0
    if (name !~ /^_/ || name ~ /^(__cpp_|__GLIBC|_GLIBCXX_RELEASE|__STDC_)/) kept[name] = 1
}
END {
    for (found = 1; found;) {
        found = 0
        for (name in kept) {
            if (name in done) continue
            done[name] = 1
            body = text[name]
            gsub(/[^A-Za-z0-9_]+/, " ", body)
            count = split(body, words, " ")
            for (i = 1; i <= count; i++) {
                if ((words[i] in text) && !(words[i] in kept)) { kept[words[i]] = 1; found = 1 }
            }
        }
    }
    for (name in kept) print text[name]
}
