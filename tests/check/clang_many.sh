# clang_many.sh, to be sourced: clang looks at many files in few processes.

# clang_many OPTION...: checks the syntax of the files on stdin, with clang's front end where
# the driver names it: it takes several files at once, and starting is most of what each of them costs.
clang_many() {
	line=$(clang '-###' "$@" -fsyntax-only -x c - 2>&1 | tail -n 1)
	case $line in
	*'"-cc1"'*'"-"') eval "set -- ${line% \"-\"}" ;;
	*) set -- clang "$@" -fsyntax-only ;;
	esac
	xargs -P "$(getconf _NPROCESSORS_ONLN)" -n 100 "$@"
}
