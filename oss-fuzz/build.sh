#!/bin/bash -eu
# build.sh [TARGET...]: the fuzz targets (all of tests/fuzz), each with its corpus and its words, into $OUT, as OSS-Fuzz runs it in a
# checkout; CC, CFLAGS and WORK are its own. The machine that fuzzes has no libraries but the C library: they go to $OUT/lib.
cmake -S . -B "$WORK/build" -G Ninja -D CMAKE_BUILD_TYPE=RelWithDebInfo -D VARVE_FUZZ=ON -D BUILD_SHARED_LIBS=OFF
[ $# -gt 0 ] || set -- $(ls tests/fuzz/*_fuzz.c | sed 's,.*/,,; s/_fuzz\.c$//')
cmake --build "$WORK/build" --target "${@/#/fuzz_}"
mkdir -p "$OUT/lib"
for target; do
	program=$OUT/fuzz_$target
	cp "$WORK/build/tests/fuzz/fuzz_$target" "$program"
	ldd "$program" | sed -n 's,^.* => \(/[^ ]*\) (.*,\1,p' | grep -vE '/lib(c|m|dl|pthread|resolv|rt)\.so' | xargs -r -I{} cp -L -n {} "$OUT/lib"
	patchelf --set-rpath '$ORIGIN/lib' --force-rpath "$program"
	if [ -d "tests/fuzz/corpus/$target" ]; then
		zip -q -j -r "${program}_seed_corpus.zip" "tests/fuzz/corpus/$target"
	fi
	if words=$(grep -lE "^# for:.* $target( |\$)" tests/fuzz/words/*.dict); then
		cat $words > "$program.dict"
	fi
done
