# Text work of several kinds: fields, associative arrays, regular expressions, substitutions, formatted output.
# Variables: kind = "count" or "rewrite".
kind == "count" {
    fields += NF
    for (i = 1; i <= NF; i++)
        if (length($i) > 3) seen[tolower($i)]++
    if (match($0, /[A-Za-z_][A-Za-z0-9_]*\(/)) calls[substr($0, RSTART, RLENGTH - 1)]++
}

kind == "rewrite" {
    line = $0
    changed += gsub(/[0-9]+/, "#", line)
    changed += sub(/^[ \t]+/, "", line)
    if (line ~ /(if|while|for) *\(/) branches++
    split(line, parts, /[,;]/)
    for (part in parts) total += length(parts[part]) % 7
    if (NR % 5000 == 0) printf "%6d %-20.20s|%x\n", NR, line, total
}

END {
    for (word in seen)
        if (seen[word] > most) most = seen[word]
    for (call in calls) sum += calls[call] * length(call)
    print fields, length(seen), most, length(calls), sum, changed, branches, total
}
