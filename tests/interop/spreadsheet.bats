# Tables that LibreOffice opened, formatted and saved as CSV. docs/man/varve-restore.1, "--spelling".
load ../cli/helper

# saved FORMATS LOCALE...: as spreadsheet.py has it, in a folder of its own.
saved() {
	command -v soffice > /dev/null || skip "LibreOffice is not installed"
	/usr/bin/python3 -c 'import uno' 2> /dev/null || skip "LibreOffice has no library for Python"
	new_repo
	timeout 1500 /usr/bin/python3 "$BATS_TEST_DIRNAME/spreadsheet.py" "${VARVE_TEST_SEED:-${VARVE_TEST_SAMPLE:-$RANDOM}}" "$@"
}

@test "what LibreOffice saved as displayed comes back, and edits stay" {
	local locales=(en-US de-DE fr-FR ja-JP it-IT pl-PL pt-BR)
	saved 8 "${locales[${VARVE_TEST_SAMPLE:-$RANDOM} % 7]}"
}

@test "what LibreOffice saved in each format of seven locales comes back, in each encoding of its dialog" {
	[ -n "${VARVE_TEST_ALL-}" ] || skip "only with VARVE_TEST_ALL=1: it takes three minutes"
	saved 0 en-US de-DE fr-FR ja-JP it-IT pl-PL pt-BR
}
