# Sixty seconds with varve, in an empty folder.
begin() {
	person ada
}
