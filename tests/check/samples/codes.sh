# Half a year of a published table.
begin() {
	person ada
	repo codes
	cp "$data/country-codes/2016-06-17.csv" country-codes.csv
	commit "June 2016" country-codes.csv
	cp "$data/country-codes/2017-01-16.csv" country-codes.csv
	commit "January 2017" country-codes.csv
}
