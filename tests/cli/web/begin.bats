# `varve web` outside of a repository: its first page clones an address, opens a folder, or begins with one.
load ../helper
load ../serve/server
load forms

setup() {
	server_setup
	new_repo src
	rows 50 > src/prices.csv
	varve -C src add -q --key id prices.csv
	varve -C src commit -q -m one
	git clone -q --bare src host.git
	git -C src remote add origin "file://$PWD/host.git"
	varve -C src push -q origin main
	mkdir folder
	cd folder
}

teardown() {
	[ -z "${server:-}" ] || stop_server
}

@test "an address is cloned, and its pages follow" {
	start_web
	page ""
	has "Open tables"
	press Get "address= file://$PWD/../host.git"
	has "prices.csv"
	has "Everything is saved"
	cmp host/prices.csv ../src/prices.csv
	# links, files and buttons are those of a repository that was named
	page raw/main/prices.csv
	[ "$page" = "$(cat ../src/prices.csv)" ]
	page "table/.work/prices.csv?key=7&cell=name"
	press Change value=pear
	grep -q '^7,pear,' host/prices.csv
	page ""
	lacks "Open tables"
}

@test "what does not work is said beside the fields, which stay" {
	mkdir full plain
	touch full/x file
	start_web
	page ""
	press Get address=nowhere folder=a
	has "No such folder 'nowhere'"
	has 'value="nowhere"'
	press Get address=--upload-pack=x folder=a
	has "begins with '-'"
	press Get address=../host.git folder=full
	has "already exists and is not empty. Write another folder"
	press Get address=http://127.0.0.1:1/x folder=a
	has "connection refused"
	press Open folder=nowhere
	has "nowhere' cannot be opened: No such file or directory"
	press Open folder=file
	has "is a file, not a folder"
	press Open folder=plain
	has "choose 'Begin with this folder'"
	[ ! -e a ] && [ ! -e host ] && [ "$(ls -A full)" = x ] && [ -z "$(ls -A plain)" ]
	page desk
	has "no folder is open"
	varve clone -q ../host.git host
	page ""
	press Get address=../host.git
	has "open it below"
	press host
	has "prices.csv"
}

@test "a folder without versions begins with its files, up to the first version" {
	mkdir mine
	rows 5 > mine/t.csv
	cp mine/t.csv ../before
	start_web
	page ""
	press "Begin with this folder" folder="$PWD/mine"
	has "Your changes"
	press "Take it into the next version"
	press "Save, do not send" message=first
	[ "$(git -C mine log --format=%s)" = first ]
	cmp mine/t.csv ../before
}

@test "a clone that is killed goes on when the button is pressed again" {
	local i
	for i in 1 2 3; do
		rows $((3000 + i)) > ../src/prices.csv
		varve -C ../src commit -q -a -m "$i"
	done
	varve -C ../src push -q origin main
	# git that ends the clone above it, once
	mkdir ../bin
	cat > ../bin/git <<-END
		#!/bin/sh
		if [ ! -e "$PWD/../killed" ] && [ -e host/.git/refs ]; then
			touch "$PWD/../killed"
			kill -KILL "\$PPID"
			exit 1
		fi
		exec $(command -v git) "\$@"
	END
	chmod +x ../bin/git
	local PATH=$PWD/../bin:$PATH
	start_web
	page ""
	press Get address="file://$PWD/../host.git"
	has "That did not work"
	[ -e ../killed ]
	press Get address="file://$PWD/../host.git"
	has "prices.csv"
	cmp host/prices.csv ../src/prices.csv
	varve -C host fsck -q
}

@test "two presses at once open one repository" {
	varve clone -q ../host.git a
	varve clone -q ../host.git b
	start_web
	page ""
	old=$page
	press a
	page=$old
	press b
	has "Open its page again"
	page ""
	has '>a</a>'
	lacks '>b</a>'
}

@test "outside of a repository, forms are taken from this run's own page alone" {
	start_web
	page ""
	get_token
	fields="do=start&folder=."
	origin="Origin: $url"
	jar=$BATS_TEST_TMPDIR/jar
	status() { curl -s -o /dev/null -w '%{http_code}\n' -H 'Accept: text/html' "$@" "$url/"; }
	[ "$(status -H "$origin" -d "$fields&token=$token")" = 403 ]
	[ "$(status -b "$jar" -d "$fields&token=$token")" = 405 ]
	[ "$(status -b "$jar" -H 'Origin: http://evil.example' -d "$fields&token=$token")" = 403 ]
	[ "$(status -b "$jar" -H "$origin" -d "$fields")" = 400 ]
	[ "$(status -b "$jar" -H "$origin" -d "$fields&token=x")" = 400 ]
	[ "$(status -b "$jar" -H "$origin" -d "do=set&token=$token")" = 400 ]
	curl -s -o /dev/null -b "$jar" -H "$origin" -H 'Accept: text/html' "$url/?$fields&token=$token"
	[ ! -e .git ]
	stop_server
	start_web --read-only ../src
	page ""
	has "prices.csv"
	lacks "You changed"
	page desk
	has "no such page"
	stop_server
	ends_with 2 varve web --no-browser --read-only
	stderr_has "not a Git repository"
}
