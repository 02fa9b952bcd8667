# README's first screen: Bob has renamed a plum on a branch, Ada has changed its price in the work tree.
begin() {
	person bob
	person ada
	varve init -q shop
	cd shop
	printf 'id,item,price\n1,pear,9.99\n2,plum,3.50\n3,fig,0.80\n' > prices.csv
	tick
	varve add -q prices.csv
	varve commit -q -m "January prices"
	git switch -q -c names
	sed -i 's/plum/damson/' prices.csv
	person bob
	cd "$scratch/home/ada/shop"
	tick
	varve commit -q -a -m "The right name"
	person ada
	git switch -q main
	sed -i 's/3.50/3.75/' prices.csv
}
