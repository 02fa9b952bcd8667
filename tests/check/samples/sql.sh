# A shop's lamps over some days, and its orders.
begin() {
	person ada
	repo shop
	at "2026-11-16 09:00"
	lamps > lamps.csv
	commit "Lamps" lamps.csv
	git tag v1
	at "2026-11-17 09:00"
	printf 'order,lamp,pieces\n1001,1,3\n1002,4,1\n1003,1,2\n' > orders.csv
	commit "Orders" orders.csv
	at "2026-11-18 09:00"
	sed -i -e 's/^1,Blue lamp,9.99/1,Blue lamp,8.99/' -e '/^2,/d' lamps.csv
	echo '6,New lamp,99,2026-11-18' >> lamps.csv
	commit "November" lamps.csv
	cat > changed.sql <<- 'END'
		SELECT now.name, was.price AS was, now.price AS is_now
		FROM lamps AS now LEFT JOIN lamps AS OF '2026-11-17' AS was USING (id)
		WHERE now.price IS NOT was.price
	END
	cat > sums.sql <<- 'END'
		ATTACH 'sums.db' AS sums;
		CREATE TABLE sums.sold AS
			SELECT name, sum(pieces) AS pieces FROM orders JOIN "lamps@v1" ON lamp = id GROUP BY name;
		SELECT * FROM sums.sold;
	END
}

# Prices are declared as numbers; one that is corrected, and not committed, is none.
before_now() {
	varve schema --type price=number lamps.csv 2> /dev/null
	sed -i -e 's/^4,White lamp,21.00/4,White lamp,tba/' lamps.csv
}
