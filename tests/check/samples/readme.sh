# The first steps, then two branches.
begin() {
	person ada
	mkdir rd
	cd rd
	cp "$data/constituents/2026-08-08.csv" companies.csv
	cp companies.csv ~/as-published.csv
}

before_merge() {
	varve restore .
	git switch -q -c spring HEAD~1
	sed -i 's/^MMM,3M,/MMM,3M Company,/; s/^ABT,Abbott Laboratories,/ABT,Abbott Labs,/' companies.csv
	commit "Names as people say them" companies.csv
	git switch -q main
	git reset -q --hard HEAD~1
	sed -i '/^MMM,/s/,1902/,1901/; s/^ABT,Abbott Laboratories,/ABT,Abbott Inc,/' companies.csv
	commit "The founding year of 3M" companies.csv
}
