load ../helper

# complete WORD...: what bash offers for the last of these words.
complete_words() {
	bash -c '
		eval "$(varve completion bash)"
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_varve
		printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}

@test "bash completes commands" {
	succeeds complete_words varve comm
	output_is "commit"
}

@test "bash completes options and their values" {
	succeeds complete_words varve commit --am
	output_is "--amend"
	succeeds complete_words varve add --as t
	output_is "table"
}

@test "bash completes paths" {
	touch prices.csv
	succeeds complete_words varve add pri
	output_is "prices.csv"
}

@test "bash completes after -C" {
	succeeds complete_words varve -C dir sta
	output_is "status"
}

@test "the scripts for zsh and fish name every command" {
	local shell command
	for shell in zsh fish; do
		succeeds varve completion "$shell"
		for command in $(varve help --all | sed -n 's/^  \([a-z-]*\)  .*/\1/p'); do
			output_has "$command"
		done
	done
}

@test "an unknown shell is refused" {
	ends_with 2 varve completion tcsh
	stderr_has "completion knows bash, zsh and fish, not 'tcsh'"
}
