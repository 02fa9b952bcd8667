load ../helper

keys() {
	git config --"${1-global}" --name-only --get-regexp '^(filter|merge|diff|difftool)[.]' || true
}

@test "install sets git up for the user, and uninstall leaves no trace" {
	before=$(cat "$HOME/.gitconfig")
	succeeds varve install
	output_is "git calls varve for tables, by the settings of your user"
	[ "$(git config --global filter.varve.process)" = "varve filter-process" ]
	[ "$(git config --global merge.varve.driver)" = "varve merge-file -- %O %A %B %P" ]
	[ "$(git config --global merge.varve-base.driver)" = "varve merge-file --base -- %O %A %B %P" ]
	succeeds varve install
	output_is "git calls varve for tables already, by the settings of your user"
	succeeds varve uninstall
	output_has "git no longer calls varve by the settings of your user"
	[ "$(cat "$HOME/.gitconfig")" = "$before" ]
	succeeds varve uninstall
	output_is "no settings of your user make git call varve"
}

@test "a setting of another value is named and stays, unless forced" {
	git config --global filter.varve.clean mine
	ends_with 2 varve install
	stderr_has "filter.varve.clean of your user is 'mine' already"
	stderr_has "--force sets it to 'varve filter clean -- %f'"
	[ "$(keys)" = filter.varve.clean ]
	succeeds varve install --force
	[ "$(git config --global filter.varve.clean)" = "varve filter clean -- %f" ]
}

@test "a clone of plain git keeps tables with the user's settings alone, hook and all" {
	new_repo a
	rows 20 > a/p.csv
	(cd a && varve add p.csv && varve commit -q -m one) > /dev/null
	varve install > /dev/null
	succeeds git clone -q a b
	cmp a/p.csv b/p.csv
	cd b
	grep -q 'varve pre-push' .git/hooks/pre-push
	[ -z "$(keys local)" ]
	[ -z "$(git status --porcelain)" ]
}

@test "the filter sets no hook where varve.prepush is false" {
	new_repo a
	rows 20 > a/p.csv
	(cd a && varve add p.csv && varve commit -q -m one) > /dev/null
	varve install > /dev/null
	git config --global varve.prepush false
	succeeds git clone -q a b
	cmp a/p.csv b/p.csv
	[ ! -e b/.git/hooks/pre-push ]
}

@test "for one repository: its settings and hook, and a hook that was there is back after" {
	git init -q .
	printf '#!/bin/sh\necho mine\n' > .git/hooks/pre-push
	chmod +x .git/hooks/pre-push
	cp .git/hooks/pre-push old
	cp .git/config config
	succeeds varve install --local
	output_is "git calls varve for tables, by the settings of this repository"
	grep -q 'varve pre-push' .git/hooks/pre-push
	cmp old .git/hooks/pre-push.before-varve
	succeeds varve uninstall --local
	output_has "its earlier pre-push hook is back"
	cmp old .git/hooks/pre-push
	[ ! -e .git/hooks/pre-push.before-varve ]
	cmp config .git/config
}

@test "uninstall undoes init, and leaves a hook that only calls varve" {
	new_repo
	printf '#!/bin/sh\nvarve pre-push "$@"\n' > .git/hooks/pre-push
	succeeds varve uninstall
	output_lacks "is back"
	stderr_has "your own hook $PWD/.git/hooks/pre-push also calls varve"
	[ -z "$(keys local)" ]
	grep -q 'varve pre-push' .git/hooks/pre-push
}

@test "uninstall names an earlier hook only where one comes back" {
	new_repo
	succeeds varve uninstall
	output_has "$PWD/.git: git no longer calls varve by settings of this repository"
	output_lacks "is back"
	[ ! -e .git/hooks/pre-push ]
}

@test "a folder of hooks that is tracked is never written to" {
	git init -q .
	mkdir .husky
	git config core.hooksPath .husky
	succeeds varve install --local
	stderr_has "core.hooksPath leads out of this repository's Git folder"
	stderr_has 'varve pre-push "$@"'
	[ -z "$(ls .husky)" ]
}

@test "what makes no sense is refused" {
	ends_with 2 varve install --local
	stderr_has "not a Git repository"
	ends_with 2 varve install --local --system
	stderr_has "--local and --system cannot be used together"
	ends_with 2 varve install x
	stderr_has "install accepts no arguments"
}

@test "settings that git may not write are said" {
	ln -s "$HOME/none/at/all" "$HOME/link"
	export GIT_CONFIG_GLOBAL="$HOME/link"
	ends_with 2 varve install
	stderr_has "git could not write the settings of your user"
	export GIT_CONFIG_GLOBAL="$HOME/broken"
	echo '[broken' > "$HOME/broken"
	ends_with 2 varve install
	stderr_has "git could not read the settings of your user: fatal: bad config line"
}

@test "uninstall says that pointers stay" {
	new_repo a
	cd a
	rows 20 > p.csv
	varve add p.csv
	varve commit -q -m one
	succeeds varve uninstall
	stderr_has "warning: this repository has 1 pointer of a table, which Git will now check out as pointers: p.csv"
	stderr_has "hint: 'varve migrate --export PATTERN' makes plain files of tables"
	varve init -q
	varve install
	succeeds varve uninstall --local # the user's settings call varve
	stderr_is ""
	succeeds varve uninstall
	stderr_has "Git will now check out as pointers: p.csv"
}

@test "--system sets git up for all users, and takes it back" {
	unset GIT_CONFIG_NOSYSTEM
	export GIT_CONFIG_SYSTEM="$HOME/system"
	printf '[core]\n\tabbrev = 12\n' > "$HOME/system"
	before=$(cat "$HOME/system")
	succeeds varve install --system
	[ "$(git config --system filter.varve.process)" = "varve filter-process" ]
	[ -z "$(keys)" ]
	succeeds varve uninstall
	[ -n "$(keys system)" ]
	succeeds varve uninstall --system
	[ "$(cat "$HOME/system")" = "$before" ]
}
