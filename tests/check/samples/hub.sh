# Ada and Bob share a repository on a hub; Cleo joins them later.
begin() {
	person hub
	git init -q --bare rd.git
	varve -C rd.git init > /dev/null 2>&1
	person ada
	repo rd
	cp "$data/constituents/2026-08-08.csv" companies.csv
	commit "S&P 500 as of August 2026" companies.csv
	sed -i 's/^MMM,3M,/MMM,3M Company,/' companies.csv
	commit "Write 3M's name out" companies.csv
	varve remote add origin hub:rd.git
	varve push -q -u origin main 2> /dev/null
	person bob
	varve clone -q hub:rd.git 2> /dev/null
	cd rd
	sed -i 's/^ABT,Abbott Laboratories,/ABT,Abbott Labs,/' companies.csv
	commit "Abbott Labs" companies.csv
	varve push -q 2> /dev/null
	person ada
	sed -i '/^MMM,/s/,1902/,1901/' companies.csv
	commit "The founding year of 3M" companies.csv
}

# A table of 300,000 orders, as Ada sells lamps and chairs.
before_orders() {
	person ada
	awk 'BEGIN {
		srand(7)
		print "order,day,customer,item,quantity,price"
		for (i = 1; i <= 300000; i++) {
			printf "%d,2026-%02d-%02d,%d,%d,%d,%d.%02d\n", 100000 + i, i / 25000 % 12 + 1, i / 900 % 28 + 1,
				rand() * 40000, rand() * 900, 1 + rand() * 9, rand() * 400, rand() * 100
		}
	}' > orders.csv
	commit "Orders" orders.csv
	varve push -q 2> /dev/null
	person bob
	varve pull -q 2> /dev/null
	person cleo
	export GIT_SSH_COMMAND="$samples/ssh --far"
}
