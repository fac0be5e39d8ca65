# Each alert of rule files on a line: name, then its labels as label=value, tab-separated, in the order of the file. Of a block style
# only, which is what Prometheus' tools and ours write; whoever counts "alert:" beside it sees what was not understood.
function flush() { if (name != "") print name fields; name = fields = ""; inside = 0 }
function value(text) { sub(/^[^:]*: */, "", text); sub(/ +#.*$/, "", text); gsub(/^["']|["']$/, "", text); return text }
{ match($0, /^ */); indent = RLENGTH }
/^ *- +(alert|record):/ { flush(); if (/alert:/) { name = value($0) } item = indent; next }
/^ *- / && indent <= item { flush() }
name != "" && /^ *labels: *$/ { inside = 1; depth = indent; next }
inside && /^ *$/ { next }
inside && /^ *#/ { next }
inside && indent <= depth { inside = 0 }
inside { key = $0; sub(/^ */, "", key); sub(/:.*/, "", key); fields = fields "\t" key "=" value($0) }
END { flush() }
