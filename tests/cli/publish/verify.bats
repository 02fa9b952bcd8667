load ../helper
load folder

# What `varve verify` reads of a copy, and where signed heads travel beside it.

teardown() {
	stop_server
}

@test "verify reads all of a folder here and names what is damaged, and asks another copy for random blocks" {
	local file
	signed
	succeeds varve verify "$site"
	output_has "received a random block of 1 of 1 version"
	succeeds varve verify ../public
	output_has "all packs, tables and pages read, with 3 blocks"
	cp -r ../public ../good
	for file in $(cd ../public && ls -d packs/* lists/* versions/* repo.git/objects/pack/*.pack format prices.csv); do
		for how in flipped longer; do
			python3 - "../public/$file" "$how" <<-'END'
			import os, sys
			os.chmod(sys.argv[1], 0o644)
			with open(sys.argv[1], "r+b") as f:
			    text = f.read()
			    at = len(text) * 2 // 3 if sys.argv[2] == "flipped" else len(text)
			    f.seek(at)
			    f.write(bytes([text[at] ^ 16]) if sys.argv[2] == "flipped" else b"x")
			END
			ends_with 1 varve verify ../public
			output_is "../public/$file: damaged or missing"
			[ "$(varve verify --json ../public | jq -r '.damagedFiles[]')" = "$file" ]
			rm "../public/$file"
			varve publish -q --no-pages -o ../public 2> /dev/null
			varve verify ../public > /dev/null
		done
	done
	rm ../public/versions/*
	ends_with 1 varve verify ../public
	output_is "../public/versions/*: damaged or missing"
	stderr_has "varve publish -o ../public"
	varve publish -q --no-pages -o ../public
	diff -r -x folder ../good ../public
	# a publish that was killed before it wrote the table: another version's file is there, or none
	cp ../public/folder ../whole
	sed -i -E 's/^(file [0-9a-f]+) [0-9]+ /\1 0 /' ../public/folder
	succeeds varve verify ../public
	mv ../public/prices.csv ..
	succeeds varve verify ../public
	mv ../prices.csv ../public
	mv ../whole ../public/folder
	# pages, and the file by which varve knows the folder
	varve publish -q -o ../public
	succeeds varve verify ../public
	cp -r ../public ../whole
	for file in pages/index.html pages/assets/style.css; do
		for how in "rm" "truncate -s +1" "sed -i 1s/./~/"; do
			$how "../public/$file"
			ends_with 1 varve verify ../public
			output_is "../public/$file: damaged or missing"
			stderr_has "varve publish -o ../public"
			cp "../whole/$file" "../public/$file"
		done
	done
	rm ../public/pages/varve-export
	ends_with 1 varve verify ../public
	output_is "../public/pages/varve-export: damaged or missing"
	cp ../whole/pages/varve-export ../public/pages
	echo "held 2 ../../whole/folder" >> ../public/pages/varve-export
	ends_with 1 varve verify ../public
	output_is "../public/pages/varve-export: damaged or missing"
	cp ../whole/pages/varve-export ../public/pages
	rm ../public/folder
	ends_with 1 varve verify ../public
	output_is "../public/folder: damaged or missing"
	stderr_has "its owner must publish into a new folder"
	cp ../whole/folder ../public
	succeeds varve verify ../public
	rm ../public/packs/*
	ends_with 1 varve verify "$site"
	output_has "received a random block of 0 of 1 version"
}

@test "a folder is whole after publish removed packs that nothing needs" {
	signed
	for i in 2 3 4; do
		another "$i"
		varve publish -q --no-pages -o ../public
	done
	grep -q '^gone .*[.]pack$' ../public/folder
	cp ../public/folder ../before
	succeeds varve publish -q --no-pages --prune -o ../public
	succeeds varve verify ../public
	# a run that was killed after it removed them
	cp ../before ../public/folder
	succeeds varve verify ../public
}

@test "outside of a repository verify checks a URL, and what it saw there is remembered" {
	signed
	cp -r ../public ../old
	another 1
	as ada varve sign -q
	as ada varve publish -q --no-pages -o ../public
	mkdir ../alone && cd ../alone
	succeeds varve verify "$site"
	output_has "prices: signed by $key_ada"
	output_has "received a random block of 2 of 2 versions"
	succeeds varve verify ../public
	output_has "all packs, tables and pages read"
	rm -rf ../public && cp -r ../old ../public
	ends_with 1 varve verify "$site"
	stderr_has "rollback"
	ends_with 2 varve verify
	stderr_has "not a Git repository"
	ends_with 2 varve log "$site"
	stderr_has "'$site#' names its newest version"
	succeeds varve log --oneline "../public#"
	output_has one
}

@test "verify shows what git says of the newest commit and tag that it signed" {
	a_table
	key_of ada
	ssh-keygen -q -t ed25519 -N "" -f ../id
	git config gpg.format ssh
	git config user.signingKey "$PWD/../id.pub"
	echo "$(git config user.email) $(cat ../id.pub)" > ../allowed
	git config gpg.ssh.allowedSignersFile "$PWD/../allowed"
	git tag -am plain v0
	ends_with 1 varve verify
	stderr_is "no signed head was found; 'varve sign' makes one, 'varve fsck' checks data that is not signed"
	output_is ""
	ends_with 1 env GIT_TRACE=1 varve verify # of which git says something else
	output_is ""
	git commit -q -S --allow-empty -m signed
	git -c user.signingKey="$PWD/../id.pub" tag -sm signed v1
	ends_with 1 varve verify
	stderr_has "no signed head was found; 'varve sign' makes one"
	output_has "commit $(git rev-parse HEAD | cut -c 1-10) is signed, and git verify-commit accepts it:"
	as ada varve sign -q --name prices
	succeeds as ada varve verify
	output_has "tag $(git rev-parse v1 | cut -c 1-10) is signed, and git verify-tag accepts it:"
	output_has "  Good \"git\" signature"
	varve publish -q --no-pages -o ../public
	succeeds varve verify ../public
	output_has "git verify-commit accepts it"
	output_has "git verify-tag accepts it"
	# of somebody else: git's word, and no reason to refuse what the head names
	ssh-keygen -q -t ed25519 -N "" -f ../other
	echo "$(git config user.email) $(cat ../other.pub)" > ../allowed
	succeeds varve verify ../public
	output_has "git verify-commit does not accept it"
	[ "$(varve verify --json | jq -c '.signatures | map([.type, .valid])')" = '[["commit",false],["tag",false]]' ]
}

@test "heads travel in bundles, with the blocks that are there, and in vaults" {
	a_table
	key_of ada
	git init -q --bare ../host.git
	git remote add origin "$PWD/../host.git"
	git config remote.origin.varveKind git
	as ada varve sign -q --name prices
	succeeds as ada varve push -q -u origin main
	git -C ../host.git bundle create -q ../all.bundle HEAD --all
	succeeds varve clone "$PWD/../all.bundle" ../b
	stderr_has "signed by $key_ada"
	cmp prices.csv ../b/prices.csv
	git clone -q ../all.bundle ../plain
	mkdir ../x
	as ada varve vault holder add x ../x --domain home 2> /dev/null
	succeeds as ada varve vault replicate --copies 1
	succeeds as ada varve vault key export ../key
	succeeds varve vault recover --key ../key --to ../r "$PWD/../x"
	[ "$(git -C ../r rev-parse "refs/varve/heads/$key_ada")" = "$(git rev-parse "refs/varve/heads/$key_ada")" ]
	succeeds varve -C ../r verify
	output_has "prices: signed by $key_ada"
	[ -z "$(git -C ../r for-each-ref refs/varve/blocks)" ]
}
