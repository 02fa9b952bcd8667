"""scenarios: what is run with faults, and what it starts from.

Each scenario has a script that makes its beginning (run once per worker, in an empty folder), the
command, and the repositories in which the oracle looks. The functions that the scripts use are in
PRELUDE. Clock, authors and home are fixed, so that the same command gives the same commits.
"""

from dataclasses import dataclass, field

PRELUDE = r"""
rows() {
	awk -v count="$1" -v salt="${2-0}" 'BEGIN {
		print "id,name,price,day"
		for (i = 1; i <= count; i++) {
			cents = (i * 7919 + salt * 104729) % 100000
			printf "%d,item %d,%d.%02d,2024-%02d-%02d\n", i, i * 31 % 1009,
				cents / 100, cents % 100, i % 12 + 1, i % 28 + 1
		}
	}'
}
# Hardly compresses: several blocks, and writes of more than a page.
noise() {
	awk -v count="$1" -v salt="${2-0}" 'BEGIN {
		srand(salt)
		print "id,a,b"
		for (i = 1; i <= count; i++) {
			printf "%d,%08x%08x,%.9f\n", i, rand() * 4294967295, rand() * 4294967295, rand()
		}
	}'
}
repo() {
	git init -q --template= -b main "$1"
	(cd "$1" && varve init > /dev/null)
}
clock=1700000000
tick() {
	clock=$((clock + 60))
	export GIT_AUTHOR_DATE="$clock +0000" GIT_COMMITTER_DATE="$clock +0000"
}
# commit MESSAGE: everything.
commit() {
	tick
	varve add . > /dev/null
	varve commit -q -m "$1"
}
# A table and a file, committed, in the repository work.
one() {
	repo work
	cd work
	rows 40 > prices.csv
	echo first > notes.txt
	commit one
}
# The same with other values, not committed.
change() {
	rows 44 1 > prices.csv
	echo second > notes.txt
}
# Branches main and side, each with a change of its own.
branches() {
	one
	varve switch -q -c side
	sed -i 's/^7,item 217,/7,from side,/' prices.csv
	rows 5 > side.csv
	echo side > side.txt
	commit side
	varve switch -q main
	sed -i 's/^20,item 620,/20,from main,/' prices.csv
	commit main
}
# The same cell changed on both.
conflict() {
	one
	varve switch -q -c side
	sed -i 's/^7,item 217,/7,from side,/' prices.csv
	commit side
	varve switch -q main
	sed -i 's/^7,item 217,/7,from main,/' prices.csv
	commit main
}
# A repository whose vault has its first commit, and two holders, and this one.
vault() {
	one
	[ -e "$XDG_CONFIG_HOME/varve/key" ] || varve vault key new > /dev/null
	for i in 0 1 ${1-}; do
		varve vault holder add h$i ../h$i --domain d$i > /dev/null
	done
	varve vault replicate -q --copies 2
}
# work, and hub.git that has its first commit.
hub() {
	one
	cd ..
	varve init -q --bare hub.git
	cd work
	varve remote add origin ../hub.git > /dev/null
	varve push -q -u origin main > /dev/null
}
# work without a table, and hub.git with more than goes object by object.
plain_hub() {
	mkdir work
	cd work
	git init -q --template= -b main .
	mkdir a a/b
	for i in $(seq 20); do echo "$i" | tee "$i.txt" "a/$i.txt" > "a/b/$i.txt"; done
	seq 60000 > a/large.txt
	tick
	git add .
	git commit -qm one
	git clone -q --bare --template= . ../hub.git
}
# work, and src that it can import a table of.
source() {
	repo src
	(cd src && rows 40 > prices.csv && commit there)
	repo work
	cd work
	echo first > notes.txt
	commit one
}
# It was imported, and another version is at the source.
outdated() {
	source
	varve import -q ../src#prices.csv
	commit import
	rows 44 1 > ../src/prices.csv
	(cd ../src && commit more)
}
# work, and a Git host without varve that has its first commit.
git_host() {
	one
	git init -q --bare --template= -b main ../host.git
	git remote add origin ../host.git
	git config remote.origin.varveKind git
	varve push -q -u origin main > /dev/null
}
"""


# Verbs that change something here, and what tries them with power cuts or in place of these.
ELSEWHERE = {
	'accept': 'commits as commit does',
	'uninstall': 'the reverse of install, which takes settings out',
	'get': 'writes a file of the user in one step, as convert',
	'prove': 'writes a file of the user in one step, as convert',
	'sign': 'writes a ref: tests/cli/publish/stamps.bats kills it',
	'untrack': 'as track',
	'ipfs': 'a program of its own: tests/cli/ipfs',
	'vault': 'replicate, replicate-code, recover: judged by the holders',
}


@dataclass
class Scenario:
	name: str
	prepare: str
	command: str
	cwd: str = 'work'
	repos: list = field(default_factory=lambda: ['work'])
	status: int = 0  # of the command without a fault
	once: bool = False  # the second time it would do something else
	git: bool = False  # Git's program runs: the words are Git's
	passed: bool = False  # varve passes the verb to git, whose line says what failed
	line: bool = False  # two processes of ours
	loose: bool = False  # its files are what the user can make again at once
	own: bool = False  # its files stand nowhere else
	host: bool = False  # it works with host.git, and is judged by what comes back from there
	folder: bool = False  # the same of the published folder `public`, which others may read at any time
	listed: bool = False  # it begins with a list of erased data, whose secret stays
	vault: bool = False  # it changes copies at holders h0, h1 ..., and is judged by them (only killed, and without power)
	gone: str = ''  # of a vault: what no holder gives back after the end


def all_scenarios():
	both = ['work', 'hub.git']
	S = Scenario
	return [
		S('init', 'git init -q --template= -b main work; cd work; rows 5 > prices.csv', 'varve init'),
		S('init-new', 'mkdir work', 'varve init -q'),
		S('add', 'one; change; rows 5 > more.csv', 'varve add prices.csv notes.txt more.csv'),
		S('add-blocks', 'repo work; cd work; noise 3000 > big.csv', 'varve add big.csv'),
		S('add-arrow', 'one; rows 44 1 > ../rows.csv; varve convert --format arrow ../rows.csv ../rows.arrow > /dev/null',
			'varve add -q --arrow ../rows.arrow --key id prices.csv'),
		S('add-arrow-new', 'one; rows 44 1 > ../rows.csv; varve convert --format arrow ../rows.csv ../rows.arrow > /dev/null',
			'varve add -q --arrow ../rows.arrow new.csv'),
		S('commit', 'one; change; varve add .', 'varve commit -q -m two'),
		S('commit-all', 'one; change', 'varve commit -q -a -m two'),
		S('commit-first', 'repo work; cd work; rows 9 > a.csv; varve add .', 'varve commit -q -m one'),
		S('commit-amend', 'one; change; varve add .', 'varve commit -q --amend -m again', once=True),
		S('merge', 'branches', 'varve merge -q side'),
		S('merge-forward', 'one; varve switch -q -c side; change; rows 5 > more.csv; commit two; varve switch -q main',
			'varve merge -q side'),
		S('merge-conflict', 'conflict', 'varve merge -q side', status=1),
		S('merge-abort', 'conflict; varve merge -q side || true', 'varve merge --abort', once=True),
		S('resolve', 'conflict; varve merge -q side || true', 'varve resolve --ours prices.csv'),
		S('resolve-row', 'conflict; varve merge -q side || true', 'varve resolve --ours prices.csv --row 7', own=True),
		S('restore', 'one; change; commit two', 'varve restore --source HEAD~1 prices.csv notes.txt'),
		S('restore-staged', 'one; change; varve add .', 'varve restore --staged prices.csv notes.txt'),
		S('switch', 'branches', 'varve switch -q side'),
		S('switch-create', 'one', 'varve switch -q -c other'),
		S('mv', 'one', 'varve mv prices.csv costs.csv'),
		S('rm', 'one', 'varve rm -q prices.csv'),
		S('track', 'one; rows 5 > more.tab', "varve track '*.tab'"),
		S('untrack', "one; varve track '*.tab' > /dev/null; commit two", "varve untrack '*.tab'"),
		S('rename-column', 'one', 'varve rename-column prices.csv price cost', once=True, own=True),
		S('set', 'one', 'varve set -q prices.csv 7 price=9.99', own=True),
		S('delete', 'one', 'varve delete -q prices.csv 7', own=True),
		S('schema', 'one', 'varve schema --key id prices.csv', own=True),
		S('apply', 'one; change; varve diff --format patch > ../p.patch; git checkout -q .', 'varve apply ../p.patch', once=True, own=True),
		S('revert', 'one; change; commit two', 'varve revert HEAD', once=True),
		S('cherry-pick', 'branches', 'varve cherry-pick side', once=True),
		S('gc', 'one; change; commit two; rows 60 9 > prices.csv; varve add .; git reset -q --hard',
			'varve gc -q --prune=now'),
		# Only the ref holds the side branch's versions: no reflog.
		S('gc-refs', 'git config --global core.logAllRefUpdates false; branches; rm -rf .git/logs; '
			'git config --global --unset core.logAllRefUpdates', 'varve gc -q --prune=now'),
		S('drop', 'hub; change; commit two; rows 44 2 > prices.csv; commit three; varve push -q',
			'varve drop -q --history', repos=both, line=True),
		S('expire', 'one; change; commit two; rows 44 2 > prices.csv; commit three; varve expire -q --keep last=1 --plan ../plan.json',
			'varve expire -q --apply ../plan.json'),
		S('erase', "one; change; commit two; git pack-refs --all; varve ipfs publish -q HEAD:prices.csv; varve erase --plan prices.csv --where 'id = 7' > /dev/null",
			"varve erase --apply prices.csv --where 'id = 7'"),
		S('erase-again', 'one; change; commit two; printf "item 217\\n" | varve erase --values-from - --plan > /dev/null; '
			'printf "item 217\\n" | varve erase --values-from - --apply > /dev/null; printf "item 620\\n" > ../values; '
			'varve erase --values-from - --plan < ../values > /dev/null',
			"sh -c 'exec varve erase --values-from - --apply < ../values'", listed=True),
		S('host-expire', 'git_host; change; commit two; varve push -q; rows 44 2 > prices.csv; commit three; varve push -q; '
			'varve expire -q --keep last=1 --remote origin --plan ../plan.json', 'varve expire -q --apply ../plan.json',
			repos=['work', 'host.git'], host=True),
		S('host-expire-store', 'git_host; mkdir ../store; varve store add bucket ../store > /dev/null 2>&1; change; commit two; '
			'varve push -q; varve push -q --blocks; rows 44 2 > prices.csv; commit three; varve push -q; '
			'varve expire -q --keep last=1 --remote origin --plan ../plan.json', 'varve expire -q --apply ../plan.json --now',
			repos=['work', 'host.git'], host=True),
		S('replicate', 'vault; noise 3000 > big.csv; commit two', 'varve vault replicate -q', vault=True),
		S('replicate-first', 'vault; rm -rf ../h? .git/varve/vault .varveconfig; mkdir ../h0 ../h1; touch ../h0/varve-holder ../h1/varve-holder',
			'varve vault replicate -q', vault=True),
		S('vault-prune-erased', 'vault; change; commit two; varve vault replicate -q; echo "item 217" > ../values; '
			'varve erase --values-from - --plan < ../values > /dev/null; mkdir ../away; mv ../h0 ../h1 ../away; '
			'varve erase --values-from - --apply < ../values > /dev/null 2>&1 || true; mv ../away/h? ..; rmdir ../away',
			'varve vault prune --grace 0', vault=True, gone='item 217'),
		S('vault-erase', 'vault; change; commit two; varve vault replicate -q; echo "item 217" > ../values; '
			'varve erase --values-from - --plan < ../values > /dev/null',
			"sh -c 'test ! -e .git/varve/erase-plan || exec varve erase --values-from - --apply < ../values'", vault=True, gone='item 217'),
		S('replicate-code', 'vault 2; noise 60000 > big.csv; commit two', 'varve vault replicate -q --code 2+1', vault=True),
		S('check', 'one; varve schema --key id prices.csv > /dev/null', 'varve check'),
		S('config', 'one', 'varve config varve.gcDays 30'),
		S('store-add', "one; mkdir ../store; printf 'varve store 1\\n' > ../store/format", 'varve store add --default team ../store'),
		S('push', 'hub; change; commit two', 'varve push -q', repos=both, line=True),
		S('push-first', 'one; cd ..; varve init --bare hub.git; cd work; varve remote add origin ../hub.git',
			'varve push -q -u origin main', repos=both, line=True),
		# The work tree there follows (receive.denyCurrentBranch).
		S('push-tree', 'one; git config receive.denyCurrentBranch updateInstead; cd ..; varve clone -q work copy; cd copy; '
			'change; commit two', 'varve push -q', cwd='copy', repos=['copy', 'work'], line=True),
		S('push-delete', 'hub; varve branch old; varve push -q origin old', 'varve push -q --delete origin old',
			repos=both, line=True),
		S('fetch', 'hub; cd ..; varve clone -q hub.git copy; cd work; change; commit two; varve push -q',
			'varve fetch -q', cwd='copy', repos=['copy', 'hub.git'], line=True),
		S('pull', 'hub; cd ..; varve clone -q hub.git copy; cd work; change; commit two; varve push -q; '
			'cd ../copy; rows 7 > own.csv; commit own', 'varve pull -q', cwd='copy',
			repos=['copy', 'hub.git'], line=True),
		S('pull-rebase', 'hub; cd ..; varve clone -q hub.git copy; cd work; change; commit two; varve push -q; '
			'cd ../copy; rows 7 > own.csv; commit own', 'varve pull -q --rebase', cwd='copy',
			repos=['copy', 'hub.git'], line=True, passed=True),
		S('branch', 'one', 'varve branch other', passed=True),
		S('tag', 'one', 'varve tag v1', once=True, passed=True),
		S('remote', 'one', 'varve remote add there ../there', once=True, passed=True),
		S('import-o', 'source', 'varve import -q -o other.csv ../src#prices.csv'),
		S('pull-forward', 'hub; cd ..; varve clone -q hub.git copy; cd work; change; commit two; varve push -q',
			'varve pull -q', cwd='copy', repos=['copy', 'hub.git'], line=True),
		S('clone', 'hub; change; commit two; varve push -q', 'varve clone -q hub.git copy', cwd='.',
			repos=['copy', 'hub.git'], line=True),
		S('clone-bare', 'hub', 'varve clone -q --bare hub.git copy.git', cwd='.',
			repos=['copy.git', 'hub.git'], line=True),
		S('clone-plain', 'plain_hub', 'varve clone -q hub.git copy', cwd='.', repos=['copy', 'hub.git'], line=True),
		S('host-clone-plain', 'plain_hub; git init -q --bare --template= -b main ../host.git; git push -q ../host.git main',
			'varve clone -q --git-host host.git copy', cwd='.', repos=['copy', 'host.git'], host=True, once=True),
		S('recover', 'vault; change; commit two; varve vault replicate -q; cp "$XDG_CONFIG_HOME/varve/key" ../secret',
			'varve vault recover -q --key secret --to again h0', cwd='.', repos=['again', 'work']),
		S('host-push', 'git_host; change; commit two', 'varve push -q', repos=['work', 'host.git'], host=True),
		S('host-push-first', 'one; git init -q --bare --template= -b main ../host.git; git remote add origin ../host.git; '
			'git config remote.origin.varveKind git', 'varve push -q -u origin main',
			repos=['work', 'host.git'], host=True),
		S('host-blocks', 'git_host; change; commit two; varve push -q; git -C ../host.git update-ref -d refs/varve/blocks',
			'varve push -q --blocks', repos=['work', 'host.git'], host=True),
		S('host-fetch', 'git_host; cd ..; varve clone -q host.git copy; cd work; change; commit two; varve push -q',
			'varve fetch -q', cwd='copy', repos=['copy', 'host.git'], host=True),
		S('host-clone', 'git_host; change; commit two; varve push -q', 'varve clone -q host.git copy', cwd='.',
			repos=['copy', 'host.git'], host=True, once=True),
		S('publish', 'one; varve publish -q --no-pages -o ../public; change; rows 5 > more.csv; commit two',
			'varve publish -q --no-pages -o ../public', host=True, folder=True),
		S('publish-first', 'one', 'varve publish -q --no-pages -o ../public', host=True, folder=True),
		# The branch goes back: --force keeps what only the folder has before it writes the older state.
		S('publish-back', 'one; change; commit two; varve publish -q --no-pages -o ../public; git reset -q --hard HEAD~1',
			'varve publish -q --no-pages --force -o ../public', host=True, folder=True),
		S('import', 'source', 'varve import -q ../src#prices.csv'),
		S('import-files', 'one; rows 40 > s-2026-10-01.csv', 'varve import -q -o s.csv s-2026-10-01.csv'),
		S('update', 'outdated', 'varve update -q'),
		S('update-conflict', "outdated; sed -i 's/^7,item 217,/7,from here,/' prices.csv; commit here; "
			"sed -i 's/^7,item 217,/7,from there,/' ../src/prices.csv; (cd ../src && commit seven)", 'varve update -q', status=1),
		S('convert', 'one', 'varve convert prices.csv prices.json', loose=True),
		S('install', 'one', 'varve install --local'),
		S('migrate', 'repo work; cd work; rows 40 > prices.csv; echo first > notes.txt; git add .; tick; git commit -q -m one',
			"varve migrate -m over '*.csv'"),
		S('migrate-export', "one; varve track '*.csv' > /dev/null; varve untrack prices.csv > /dev/null; commit wide",
			"varve migrate --export -m back '*.csv'"),
		S('migrate-everything', 'repo work; cd work; rows 40 > prices.csv; git add .; tick; git commit -q -m one; change; tick; git commit -q -am two',
			"varve migrate --everything '*.csv'"),
		S('filter-add', 'one; change', 'git add prices.csv notes.txt', git=True),
		S('filter-checkout', 'branches', 'git checkout -q side', git=True),
		S('filter-merge', 'branches', 'git merge -q -m both side', git=True),
	]
