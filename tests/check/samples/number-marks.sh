# Amounts whose commas may begin fractions or part thousands.
begin() {
	person ada
	repo shop
	printf 'id;amount\n1;1,567\n2;469,134\n3;37,25\n' > amounts.csv
}
