# The examples of the manual pages: each page begins anew in an empty home, its step makes what it needs.
begin() {
	person ada
}

# shop COUNT: a repository with so many prices, committed as v1.
shop() {
	repo shop
	prices "$1" > prices.csv
	commit "February prices" prices.csv
	git tag v1
}

# march: some prices change, the last 12 rows are new.
march() {
	sed -i '/^[37],/s/\.[0-9]*$/.50/' prices.csv
	prices $((${1:-1204} + 12)) | tail -n 12 >> prices.csv
}

# companies: two versions of the companies.
companies() {
	repo rd
	cp "$data/constituents/2026-08-08.csv" companies.csv
	commit "S&P 500 as of August 2026" companies.csv
	sed -i 's/^MMM,3M,/MMM,3M Company,/' companies.csv
	commit "Write 3M's name out" companies.csv
}

# two_prices: the price of row 7 differs on main and spring.
two_prices() {
	shop 40
	git switch -q -c spring
	sed -i '/^7,/s/[^,]*$/3.00/' prices.csv
	commit "Spring prices" prices.csv
	git switch -q main
	sed -i '/^7,/s/[^,]*$/2.00/' prices.csv
	commit "March prices" prices.csv
}

before_accept() {
	shop 1204
}

before_add() {
	repo shop
	prices 1204 > prices.csv
}

before_apply() {
	shop 1204
	sed -i '/^7,/s/[^,]*$/3.00/; /^9,/d' prices.csv
	commit "March prices" prices.csv
	git tag v2
}

before_compare() {
	repo shop
	prices 1204 > sales_2026-09.csv
	sed '/^[37],/s/\.[0-9]*$/.50/; /^9,/d' sales_2026-09.csv > sales_2026-10.csv
}

before_doctor() {
	shop 1204
	git config --unset merge.varve.driver
	touch .git/index.lock
}

before_migrate() {
	git init -q shop
	cd shop
	prices 1204 > prices.csv
	git add prices.csv
	tick
	git commit -q -m "February prices"
	touch -d '1 minute ago' prices.csv # else git asks varve of it before it is migrated
}

before_uninstall() {
	varve install > /dev/null
}

before_blame() {
	companies
}

before_car() {
	repo other
	shop 12040
}

before_check() {
	shop 47123
	sed -i 's/^\(17\|31209\),\(.*\),.*/\1,\2,tba/' prices.csv
}

before_cherry-pick() {
	shop 1204
	git switch -q -c spring
	sed -i '/^[79],/s/[^,]*$/3.00/' prices.csv
	commit "Correct two prices" prices.csv
	git switch -q main
}

# hub [ORDERS]: Ada's repository with companies, or so many orders, on a hub.
hub() {
	person hub
	git init -q --bare rd.git
	varve -C rd.git init > /dev/null 2>&1
	person ada
	companies
	if [ -n "${1-}" ]; then
		prices "$1" > orders.csv
		commit "Orders" orders.csv
	fi
	varve remote add origin hub:rd.git
	varve push -q -u origin main 2> /dev/null
}

# bob_pushes: Bob clones, changes a name, pushes.
bob_pushes() {
	person bob
	varve clone -q hub:rd.git 2> /dev/null
	cd rd
	sed -i 's/^ABT,Abbott Laboratories,/ABT,Abbott Labs,/' companies.csv
	commit "Abbott Labs" companies.csv
	varve push -q 2> /dev/null
	person ada
}

before_clone() {
	hub 300000
	person bob
	varve clone -q hub:rd.git 2> /dev/null
	person cleo
	export GIT_SSH_COMMAND="$samples/ssh --far"
}

before_clone2() {
	rm -rf rd
	export GIT_SSH_COMMAND="$samples/ssh --cut-once 150000"
	touch "$scratch/cut"
}

before_config() {
	shop 1204
}

before_conflicts() {
	two_prices
	varve merge spring > /dev/null 2>&1 || true
}

before_convert() {
	prices 47123 | gzip > prices.csv.gz
}

before_diff() {
	repo shop
	printf 'id,name,price\n1,Blue lamp,9.99\n2,Red lamp,12.50\n3,Green lamp,8.00\n' > prices.csv
	prices 47123 | tail -n +5 >> prices.csv
	commit "February prices" prices.csv
	git tag v1
	sed -i '3d; s/^1,Blue lamp,9.99/1,Blue lamp,8.99/; s/$/,0.2/; 1s/0\.2$/vat/' prices.csv
	commit "With VAT" prices.csv
	git tag v2
}

before_drop() {
	hub
	prices 47123 > prices.csv
	commit "Prices" prices.csv
	prices 47124 > prices.csv
	commit "February prices" prices.csv
	varve push -q 2> /dev/null
}

before_expire() {
	local day
	repo shop
	for day in 1 2 3 4 5 6 7 8 9 10 11 12; do
		prices $((4000 + day * 100)) > prices.csv
		tick 86400
		commit "Day $day" prices.csv
	done
}

before_fetch() {
	hub
	bob_pushes
}

before_fetch2() {
	person cleo
}

before_fsck() {
	companies
}

before_gc() {
	companies
}

before_info() {
	shop 47123
}

before_init() {
	prices 1204 > prices.csv
}

before_publish() {
	shop 1204
}

before_log() {
	companies
}

before_merge() {
	two_prices
}

before_mv() {
	shop 1204
	mkdir data
}

before_pull() {
	hub
	bob_pushes
	sed -i '/^MMM,/s/,1902/,1901/' companies.csv
	commit "The founding year of 3M" companies.csv
}

before_push() {
	hub
	rm -rf "$scratch/home/hub/rd.git"
	git init -q --bare "$scratch/home/hub/rd.git"
	varve -C "$scratch/home/hub/rd.git" init > /dev/null 2>&1
	git branch -q --unset-upstream
	git update-ref -d refs/remotes/origin/main
}

before_push2() {
	bob_pushes
	sed -i '/^MMM,/s/,1902/,1901/' companies.csv
	commit "The founding year of 3M" companies.csv
}

before_publish() {
	shop 12040
}

before_set() {
	repo tasks
	printf '%s\n' '{"id":7,"title":"Fix the parser","status":"open","owner":null}' > issues.jsonl
	commit "Tasks" issues.jsonl
}

before_delete() {
	repo tasks
	printf '%s\n' '{"id":7,"title":"Fix the parser","status":"done","owner":null}' \
		'{"id":8,"title":"Write","status":"open","owner":null}' > issues.jsonl
	commit "Tasks" issues.jsonl
}

before_rename-column() {
	shop 1204
	sed -i '1s/price/prc/' prices.csv
	commit "Call it prc" prices.csv
}

before_resolve() {
	shop 40
	sed -i 's/$/,pc/; 1s/pc$/unit/' prices.csv
	commit "With units" prices.csv
	git switch -q -c spring
	sed -i '/^[79],/s/[^,]*,pc$/3.00,pc/; /^8,/s/pc$/box/' prices.csv
	commit "Spring prices" prices.csv
	git switch -q main
	sed -i '/^[79],/s/[^,]*,pc$/2.00,pc/; /^8,/s/pc$/set/' prices.csv
	commit "March prices" prices.csv
	varve merge spring > /dev/null 2>&1 || true
}

before_restore() {
	shop 1204
	local n
	for n in 1 2 3; do
		sed -i "/^7,/s/[^,]*\$/$n.00/" prices.csv
		commit "Correction $n" prices.csv
	done
}

before_revert() {
	shop 1204
	march
	commit "March prices" prices.csv
	sed -i '/^900,/s/[^,]*$/3.00/' prices.csv
	commit "Correct one price" prices.csv
	sed -i '/^901,/s/[^,]*$/3.00/' prices.csv
	commit "Correct another" prices.csv
}

before_rm() {
	repo shop
	prices 12 > old.csv
	commit "Old prices" old.csv
}

before_schema() {
	shop 1204
}

before_serve2() {
	repo sales
	prices 1204 > prices.csv
	commit "Prices" prices.csv
	cd
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' > "$scratch/port"
}

before_status() {
	shop 47123
	march 47123
}

before_cat() {
	shop 40
}

before_commit() {
	shop 1204
	march
	varve add -q prices.csv
}

before_show() {
	shop 1204
	march
	commit "March prices" prices.csv
	git tag -f v1 > /dev/null
}

before_switch() {
	shop 12
}

before_tag() {
	shop 12
	git tag -d v1 > /dev/null
}

before_track() {
	repo shop
	mkdir -p data/2024
	prices 12 > data/2024/prices.csv
}

before_untrack() {
	before_track
	varve track 'data/**/*.csv' 2> /dev/null
	commit "Prices" data/2024/prices.csv
}

before_whereis() {
	hub 300000
	person bob
	varve clone -q hub:rd.git 2> /dev/null
	person cleo
	GIT_SSH_COMMAND="$samples/ssh --far" varve clone -q --from bob:rd --from ada:rd hub:rd.git 2> /dev/null
	cd rd
}
