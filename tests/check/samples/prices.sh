# A table of prices, in which two were written as tba today.
begin() {
	person ada
	repo shop
	prices 47123 > prices.csv
	commit "Prices" prices.csv
	sed -i 's/^\(17\|31209\),\(.*\),.*/\1,\2,tba/' prices.csv
}

# One finding as JSON.
before_json() {
	varve restore -q prices.csv
	varve schema --type price=number prices.csv > /dev/null
	commit "Say that prices are numbers" datapackage.json
	sed -i 's/^17,\(.*\),.*/17,\1,N\/A/' prices.csv
}
