# A column is dropped on purpose.
begin() {
	person ada
	repo shop
	prices 1204 | sed 's/$/,B/; 1s/B$/rating/' > prices.csv
	commit "Prices" prices.csv
	sed -i 's/,[^,]*$//' prices.csv
}
