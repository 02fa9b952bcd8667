# A column added, one renamed, one dropped, and rows of every kind.
begin() {
	person ada
	repo shop
	printf 'id,name,price,qty,sort\n1,apple,1.00,5,a\n2,pear,2.50,7,b\n3,plum,3.25,,c\n4,fig,4.00,1,d\n7,melon,7.00,4,g\n9,grape,9.00,5,h\n' > fruit.csv
	commit "Fruit" fruit.csv
	git tag v1
	printf 'id,color,label,price,qty\n1,red,apple,1.00,5\n2,green,pear,2.75,7\n4,,fig,4.00,1\n7,,melon,7.00,4\n9,,grape,9.00,5\n12,brown,lime,1.00,\n' > fruit.csv
	commit "Colours" fruit.csv
	git tag v2
}
