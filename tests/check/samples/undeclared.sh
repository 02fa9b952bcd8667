# A column of integers that nobody declared, with an N/A.
begin() {
	person ada
	repo shop
	prices 47123 | sed 's/\.[0-9]*$//' > prices.csv
	commit "Prices" prices.csv
	sed -i 's/^17,\(.*\),.*/17,\1,N\/A/' prices.csv
}
