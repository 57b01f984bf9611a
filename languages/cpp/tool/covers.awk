# From a list of headers and the files that one header reads: the header, and the others among them.
FNR == NR { for (i = 1; i <= NF; i++) known[$i] = 1; next }
{
    for (name in known) {
        at = length($0) - length(name)
        if (at > 0 && substr($0, at) == "/" name) found[name] = 1
    }
}
END {
    line = header
    for (name in found) if (name != header) line = line " " name
    print line
}
