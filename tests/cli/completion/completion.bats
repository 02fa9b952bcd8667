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

@test "bash completes what other programs of varve take" {
	touch prices.csv
	succeeds complete_words varve we
	output_is "web"
	succeeds complete_words varve web --no-b
	output_is "--no-browser"
	succeeds complete_words varve web serve --tls-c
	output_is "--tls-cert"
	succeeds complete_words varve ipfs pub
	output_is "publish"
	succeeds complete_words varve ipfs publish --with-t
	output_is "--with-table"
	succeeds complete_words varve ipfs publish pri
	output_is "prices.csv"
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
	stderr_has "completion supports bash, zsh and fish, not 'tcsh'"
}
