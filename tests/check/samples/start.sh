# From a repository with a CSV on a Git host to a team: docs/use/start.md. The host knows nothing of varve.
host() {
	git config --global url."hub:".insteadOf "https://github.com/ada/"
}

begin() {
	person hub
	git init -q --bare sales.git
	person bob
	host
	person cleo
	host
	person ada
	host
	git init -q sales
	cd sales
	prices 1204 > prices.csv
	git add prices.csv
	tick
	git commit -q -m "February prices"
	sed -i '/^7,/s/[^,]*$/3.00/' prices.csv
	tick
	git commit -q -a -m "A price was wrong"
	git remote add origin https://github.com/ada/sales.git
	git push -q -u origin main
}

before_colleague() {
	person bob
	git clone -q https://github.com/ada/sales.git
	cd sales
	sed -i '/^7,/s/,[^,]*,/,Red bench,/' prices.csv
	tick
	git commit -q -a -m "It is a bench"
	git push -q
	person ada
	sed -i '/^7,/s/[^,]*$/3.50/' prices.csv
	tick
	git commit -q -a -m "Spring price"
}

before_blocks() {
	git push -q
	awk 'BEGIN {
		srand(7)
		print "order,day,customer,item,quantity,price"
		for (i = 1; i <= 60000; i++) {
			printf "%d,2026-%02d-%02d,%d,%d,%d,%d.%02d\n", 100000 + i, i / 25000 % 12 + 1, i / 900 % 28 + 1,
				rand() * 40000, rand() * 900, 1 + rand() * 9, rand() * 400, rand() * 100
		}
	}' > orders.csv
	git add orders.csv
	tick
	git commit -q -m "Orders"
	touch -d '1 minute ago' orders.csv # else git asks varve of it before it is migrated
}

before_change() {
	sed -i '/^100007,/s/[^,]*$/9.99/' orders.csv
}

before_team() {
	person cleo
}

before_leave() {
	person ada
}
