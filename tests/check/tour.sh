#!/bin/sh
# tour.sh ROOT: docs/tour.md names every noun that is built, and none that is gone.
set -eu
cd "$1"

bad=0
folders="base repo dataset diff transport cmd"
built=$(for folder in $folders; do
	grep -o '[a-z0-9_]*\.c$' "$folder/CMakeLists.txt" || true
done | sed 's/\.c$//' | sort -u)
[ -n "$built" ] || { echo "no sources found"; exit 1; }
nouns=$(for folder in $folders; do
	find -H "$folder" -name '*.[ch]'
done | sed 's,.*/,,; s/_internal\.h$//; s/\.[ch]$//' | sort -u)
named=$(grep -o '`[a-z0-9_]*\(_internal\.h\|\.h\)\?`' docs/tour.md | tr -d '`' | sed 's/_internal\.h$//; s/\.h$//' | sort -u)

for noun in $built; do
	case $noun in
	cmd_*) continue ;; # one for each command, told of together
	esac
	# rowdiff_match is told of where rowdiff is.
	found=$noun
	until printf '%s\n' "$named" | grep -qx "$found"; do
		case $found in
		*_*) found=${found%_*} ;;
		*)
			echo "docs/tour.md does not name '$noun'"
			bad=1
			break ;;
		esac
	done
done
for noun in $named; do
	case " $folders " in
	*" $noun "*) continue ;;
	esac
	printf '%s\n' "$nouns" | grep -qx "$noun" || [ -e "$noun" ] || {
		echo "docs/tour.md names '$noun', of which there is no source"
		bad=1
	}
done
exit "$bad"
