# A compressed table of which one price changed.
begin() {
	person ada
	repo shop
	prices 60 | gzip -n > prices.csv.gz
	git add prices.csv.gz
	git commit -qm Prices
	prices 60 | sed '2s/,[^,]*$/,10.99/' | gzip -n > prices.csv.gz
}
