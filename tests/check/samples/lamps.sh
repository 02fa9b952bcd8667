# One table in two versions, for each form of a difference.
begin() {
	person ada
	repo shop
	lamps > lamps.csv
	commit "Lamps" lamps.csv
	git tag v1
	new_lamps | sed 's/$/\r/' > lamps.csv
	commit "With VAT" lamps.csv
	git tag v2
}

# Long texts, which do not fit beside each other.
before_block() {
	{
		echo "id,name,kind,price,description"
		echo "16,Red lamp,floor,19.99,\"A lamp for the corner of a room, with a cable of three metres, made in Japan\""
		echo "17,Blue lamp,table,9.99,\"A lamp for the table that one reads and writes at, with a switch at its foot and with a shade of paper, made in Japan\""
	} > catalogue.csv
	commit "Catalogue" catalogue.csv
	git tag v3
	sed -i 's/,9.99,/,8.99,/; s/shade of paper/shade of linen/' catalogue.csv
	commit "Linen" catalogue.csv
	git tag v4
}

# The same without VAT.
before_sql() {
	lamps > lamps.csv
	commit "Lamps again" lamps.csv
	git tag v5
	new_lamps | cut -d , -f 1-3,5 > lamps.csv
	commit "Titles" lamps.csv
	git tag v6
}
