load ../../cli/helper
load host

# What a Git host keeps is what its tree of blocks has now; what was lost there is named, and put back.

packs() { git -C "$host" ls-tree -r --name-only refs/varve/blocks | grep 'pack$'; }

# Six versions, each in a pack of its own; $pack has the third one.
versions() {
	plain_host
	varve clone -q "$url" a
	cd a
	rows 3000 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	succeeds varve push -q -u origin main
	host=$PWD/../host.git
	for row in 10 20 30 40 50; do
		packs > ../before
		change $row
		succeeds varve push -q
		[ $row -ne 20 ] || pack=$(packs | grep -vxFf ../before)
	done
	tip=$(git -C "$host" rev-parse refs/varve/blocks)
	list=${pack%.pack}.list
}

gone() { printf '0 %040d\t%s\n' 0 "$1" | git -C "$host" update-index --index-info; }
put() { git -C "$host" update-index --add --cacheinfo "100644,$(git -C "$host" hash-object -w --stdin),$1"; }
empty() { put "$1" < /dev/null; }
cut() { git -C "$host" cat-file -p "$tip:$1" | head -c 100 | put "$1"; }
flip() { { git -C "$host" cat-file -p "$tip:$1" | head -c -30; printf '%030d' 0; } | put "$1"; }
both() { gone "$pack"; gone "$list"; }

# One more commit of the ref, from the tree of the tip and what the command changes in it.
tree() {
	export GIT_INDEX_FILE=$BATS_TEST_TMPDIR/index
	rm -f "$GIT_INDEX_FILE"
	git -C "$host" read-tree "$tip"
	"$@"
	git -C "$host" update-ref refs/varve/blocks \
		"$(git -C "$host" commit-tree -p "$tip" -m damage "$(git -C "$host" write-tree)")"
	unset GIT_INDEX_FILE
}

all_there() {
	rm -rf ../check
	succeeds varve clone -q "$url" ../check
	stderr_lacks "damaged"
	for commit in $(git rev-list main); do
		varve cat "$commit:prices.csv" | cmp - <(varve -C ../check cat "$commit:prices.csv")
	done
}

@test "a pack or list that is gone or damaged in the tree is named, put back, and nothing is dropped for it" {
	versions
	for damage in "gone $pack" "gone $list" both "empty $pack" "cut $pack" "flip $pack" "empty $list" "cut $list" "flip $list"; do
		git -C "$host" update-ref refs/varve/blocks "$tip"
		rm -rf ../d
		cp -a ../a ../d
		tree $damage
		ends_with 1 varve doctor
		output_has "varve push --blocks origin"
		if [ "$damage" != "flip $pack" ]; then # of which doctor reads a sample
			succeeds varve status --remote
			output_lacks " 0 incomplete there"
		fi
		run varve -C ../d drop --history
		succeeds varve push --blocks
		succeeds varve status --remote
		output_has "6 versions, 0 incomplete there"
		succeeds varve doctor
		for commit in $(git rev-list main); do
			varve cat "$commit:prices.csv" | cmp - <(varve -C ../d cat "$commit:prices.csv")
		done
		all_there
	done
}

@test "what the host does not give any longer is not dropped" {
	local kept=0
	versions
	for damage in both "empty $pack" "flip $list"; do
		git -C "$host" update-ref refs/varve/blocks "$tip"
		rm -rf ../d ../check
		cp -a ../a ../d
		tree $damage
		run varve -C ../d drop --history
		run varve clone -q --lazy "$url" ../check
		for commit in $(git rev-list main); do
			varve -C ../check cat "$commit:prices.csv" > there 2> /dev/null || {
				kept=$((kept + 1))
				succeeds varve -C ../d --offline cat "$commit:prices.csv"
			}
		done
	done
	[ "$kept" -gt 3 ]
}

# The tree still names it: that it was seen there once proves nothing. The two oldest versions do not need it.
@test "a pack or list whose blob the host itself lost is asked for before anything is dropped, named, and put back" {
	local blob damage object
	versions
	git -C "$host" config uploadpack.allowFilter true # else such a host has nothing for new clones
	stays() { # with protocol 0 a host gives no blob by its id
		rm -rf ../d
		cp -a ../a ../d
		git -C ../d config protocol.version "$1"
		run varve -C ../d drop --history
		[ "$status" -ne 0 ]
		for commit in $(git rev-list main~4..main); do
			succeeds varve -C ../d --offline cat "$commit:prices.csv"
		done
	}
	for blob in "$pack" "$list"; do
		git -C "$host" update-ref refs/varve/blocks "$tip"
		object=$(git -C "$host" rev-parse "$tip:$blob")
		object=$host/objects/${object:0:2}/${object:2}
		cp -f "$object" ../object
		chmod u+w "$object"
		: > "$object"
		stays 2
		rm "$object"
		stays 0
		stays 2
		ends_with 1 varve doctor
		succeeds varve status --remote
		output_has "$(basename "$pack")"
		succeeds varve push --blocks
		all_there
		cp ../object "$object"
	done
	succeeds varve drop --history
	output_has "has 5 of 5 versions"
}

# Git itself refuses a new clone then, and all packs are there.
@test "a commit or tree of the blocks' history that the host itself lost is asked for before anything is dropped, and named" {
	local object protocol file
	versions
	for object in "$tip" "$tip~2" "$tip:packs" "$tip~3^{tree}"; do
		object=$(git -C "$host" rev-parse "$object")
		file=$host/objects/${object:0:2}/${object:2}
		mv "$file" ../object
		for protocol in 2 0; do
			rm -rf ../d
			cp -a ../a ../d
			git -C ../d config protocol.version $protocol
			ends_with 2 varve -C ../d drop --history
			for commit in $(git rev-list main); do
				succeeds varve -C ../d --offline cat "$commit:prices.csv"
			done
		done
		ends_with 1 varve doctor
		output_has "$object"
		mv ../object "$file"
	done
	succeeds varve doctor
	succeeds varve drop --history
}

@test "the file format of the tree is missing or damaged: it is named, and put back; a newer one is not touched" {
	versions
	for damage in "gone format" "empty format" "flip format"; do
		git -C "$host" update-ref refs/varve/blocks "$tip"
		tree $damage
		ends_with 1 varve doctor
		output_has "format"
		succeeds varve push --blocks
		succeeds varve doctor
		all_there
	done
	newer() { echo 'varve blocks 2' | put format; }
	git -C "$host" update-ref refs/varve/blocks "$tip"
	succeeds varve status --remote
	tree newer
	at=$(git -C "$host" rev-parse refs/varve/blocks)
	ends_with 1 varve doctor
	output_has "newer varve"
	ends_with 2 varve push --blocks
	stderr_has "newer varve"
	[ "$(git -C "$host" rev-parse refs/varve/blocks)" = "$at" ]
}

# The versions of which the host gives all rows.
readable() {
	local commit
	rm -rf ../some
	varve clone -q --lazy "$url" ../some 2> /dev/null || return 0
	for commit in $(git rev-list main); do
		varve -C ../some cat "$commit:prices.csv" 2> /dev/null | cmp -s - <(varve cat "$commit:prices.csv") && echo "$commit" || true
	done
}

@test "gc --remote loses no version that can be read while a pack or list is gone or damaged in the tree" {
	local damage before
	versions
	for damage in "gone $pack" "gone $list" both "empty $pack" "cut $pack" "empty $list" "cut $list" "flip $list"; do
		git -C "$host" update-ref refs/varve/blocks "$tip"
		tree $damage
		at=$(git -C "$host" rev-parse refs/varve/blocks)
		before=$(readable)
		before=${before:-$(git rev-parse HEAD)} # it may refuse to be cloned
		run varve gc --remote --prune=now
		if [ "$status" -ne 0 ]; then
			[ "$(git -C "$host" rev-parse refs/varve/blocks)" = "$at" ]
		else # a version whose root is gone is one that was never there; the others stay as they were
			readable > ../now
			! grep -qvxFf ../now <<< "$before" || { echo "$damage: fewer versions: $before"; return 1; }
		fi
		succeeds varve push --blocks
		succeeds varve gc --remote --prune=now
		succeeds varve status --remote
		output_has "6 versions, 0 incomplete there"
		all_there
	done
}
