# How tests are registered: every single one is its own ctest entry.
include("${CMAKE_CURRENT_LIST_DIR}/turns.cmake")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/../check/promises.md")

set(VARVE_TEST_ENV
	"ASAN_OPTIONS=abort_on_error=0:detect_leaks=1:strict_string_checks=1:handle_sigill=1:malloc_context_size=12:quarantine_size_mb=64"
	"UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1")

# What takes a second or more: kills and failing machines, peers, real histories,
# random ones, other programs. `./dev test --quick` leaves them out.
set(VARVE_SLOW "^unit\\.cmd\\.faults\\.|_fault\\.|killed_anywhere|without_memory|random|python_|no_value_that"
	"|_limit|too_sparse|waited_for|stays_is_named|4_gib|long_history|fresh_add|damaged_list|byte_by_byte"
	"|^cli\\.check\\.(base|ci|faults|files|history|pull_request|reports|new_branch)|^cli\\.gc\\.|^stories\\.output\\.|^unit\\.diff\\.merge\\."
	"|^cli\\.fsck\\.sources|odd_names|output\\.hostile|check_memo|http_auth|any_range|^laws\\.faults\\.|^stories\\.(hosts|peers|ssh)\\.|^cli\\.(serve|car|publish|diff\\.read_back|vault)\\.|\\.history\\.|git_words|_model_|^interop|^web\\.|^demo|^fuzz"
	"|^cli\\.fsck\\.repair\\.|two_letters|every_option_of_every|locked_index_is_named|entries_that_git_left|fault_while|large_damaged|full_disk"
	"|nine_changes_of|each_value_of_the_table|what_the_filter_wrote|one-line_summary|conditions_find_the_rows|run_gc_when|edited_by_hand_into|too_many_rows_may_differ"
	"|^cli\\.(add\\.(comes_back|long_rows|order)|store|drop|check\\.request_jobs)\\.|^stories\\.others\\.|kill_-9|that_is_killed|gigabytes_would|help\\.hints"
	"|^posix\\.|^check\\.(clang|macos|headers|samples|format)")
string(JOIN "" VARVE_SLOW ${VARVE_SLOW})

# What takes ten seconds and more begins first, then what is slow, so that no long test runs alone at the end: where no
# earlier run has left ctest its own costs, as in a new clone.
set(VARVE_LONG "^unit\\.cmd\\.faults\\.|^faults|^check\\.(clang|macos|samples|headers|format)|^stories\\.peers\\.(alive|history|nearest|liar\\.a_frame)"
	"|^web\\.|^interop\\.s3|^cli\\.add\\.long_rows|^cli\\.vault\\.kill|^cli\\.diff\\.read_back|^unit\\.diff\\.merge\\.(python|no_value)"
	"|^laws\\.(history|faults\\.(damage|kill|transfer))\\.|^cli\\.(drop\\.drop|vault\\.(s3_holder|sftp_holder|supply))|reports\\.a_report_keeps|^cli\\.check\\.history|longer_than_every_limit"
	"|^cli\\.store\\.rclone|two_at_once|many_pushes|ranges\\.a_lazy|update_branches|story\\.figures|an_expired_head"
	"|^laws\\.bounds|^laws\\.damage|^laws\\.form|\\.cut$|documents\\.a_reader|hosts\\.a_push_that|^stories\\.peers\\.dead|plain_git\\.every"
	"|web_limit|import_changed|file_groups\\.equal|merge\\.rules")
string(JOIN "" VARVE_LONG ${VARVE_LONG})

# vv_let_rest(TEST NAME): gives it the labels of turns.cmake; NAME is what its file calls it.
function(vv_let_rest test name)
	vv_rests(rests "${test}" "${name}")
	set_property(TEST "${test}" APPEND PROPERTY LABELS ${rests})
endfunction()

# vv_label(TEST [NAME]): gives it the label "slow" and a cost if it is, and those of turns.cmake; NAME is what its file calls it.
function(vv_label test)
	if("${test}" MATCHES "${VARVE_SLOW}")
		set_tests_properties("${test}" PROPERTIES LABELS slow COST 1)
	endif()
	if("${test}" MATCHES "${VARVE_LONG}")
		set_tests_properties("${test}" PROPERTIES COST 10)
	endif()
	set(name "${test}")
	if(ARGC GREATER 1)
		set(name "${ARGV1}")
	endif()
	vv_let_rest("${test}" "${name}")
endfunction()

# vv_unit_test(FOLDER NOUN [LIBS target...])
#
# Adds FOLDER/NOUN_test.c to the folder's test program, unit_FOLDER, and the
# libraries that it needs. Each of its tests is registered as unit.FOLDER.NOUN.TEST;
# the program is asked for their names when it has been built.
function(vv_unit_test folder noun)
	cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "LIBS")
	set(target unit_${folder})
	if(NOT TARGET ${target})
		vv_unit_program(${folder})
	endif()
	target_sources(${target} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/${noun}_test.c")
	target_link_libraries(${target} PRIVATE ${arg_LIBS})
endfunction()

function(vv_unit_program folder)
	set(target unit_${folder})
	set(list "${CMAKE_CURRENT_BINARY_DIR}/${target}_tests.cmake")

	add_executable(${target})
	target_link_libraries(${target} PRIVATE vv_flags vv_no_certificates vv_test_support vv_${folder})
	add_custom_command(TARGET ${target} POST_BUILD
		BYPRODUCTS "${list}"
		COMMAND "${CMAKE_COMMAND}"
			-D "PROGRAM=$<TARGET_FILE:${target}>" -D "EMULATOR=${CMAKE_CROSSCOMPILING_EMULATOR}" -D "PREFIX=unit.${folder}" -D "OUT=${list}"
			-D "ENVIRONMENT=${VARVE_TEST_ENV}" -D "SLOW=${VARVE_SLOW}" -D "LONG=${VARVE_LONG}"
			-P "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/discover.cmake"
		VERBATIM)
	# Other turns, another list.
	set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/turns.cmake")
	# Before the first build there is no list: then a test says so by failing.
	set(include "${CMAKE_CURRENT_BINARY_DIR}/${target}_include.cmake")
	file(WRITE "${include}"
		"if(EXISTS \"${list}\")\n"
		"  include(\"${list}\")\n"
		"else()\n"
		"  add_test(unit.${folder}.not_built false)\n"
		"endif()\n")
	set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${include}")
endfunction()

# vv_fuzz_test(NOUN LIBS target... [FILES further sources])
#
# With VARVE_FUZZ the libFuzzer program fuzz_NOUN of NOUN_fuzz.c; else a part of fuzz_replay, which replays
# corpus/NOUN as fuzz.NOUN. That is one program: each would be linked with nearly all of varve.
function(vv_fuzz_test noun)
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBS;FILES")
	if(VARVE_FUZZ)
		set(target fuzz_${noun})
		add_executable(${target} ${noun}_fuzz.c ${arg_FILES})
		target_link_options(${target} PRIVATE -fsanitize=fuzzer)
		target_link_libraries(${target} PRIVATE vv_flags vv_no_certificates ${arg_LIBS})
		return()
	endif()
	if(NOT TARGET fuzz_replay)
		add_executable(fuzz_replay replay.c)
		target_include_directories(fuzz_replay PRIVATE "${CMAKE_CURRENT_BINARY_DIR}")
		target_link_libraries(fuzz_replay PRIVATE vv_flags vv_no_certificates)
	endif()
	target_sources(fuzz_replay PRIVATE ${noun}_fuzz.c ${arg_FILES})
	target_link_libraries(fuzz_replay PRIVATE ${arg_LIBS})
	set_source_files_properties(${noun}_fuzz.c PROPERTIES COMPILE_DEFINITIONS LLVMFuzzerTestOneInput=fuzz_${noun})
	set_property(TARGET fuzz_replay APPEND_STRING PROPERTY VARVE_TARGETS "TARGET(${noun})\n")
	add_test(NAME fuzz.${noun} COMMAND fuzz_replay ${noun} "${CMAKE_CURRENT_SOURCE_DIR}/corpus/${noun}")
	set_tests_properties(fuzz.${noun} PROPERTIES ENVIRONMENT "${VARVE_TEST_ENV}" TIMEOUT 120)
	vv_label(fuzz.${noun})
endfunction()

# The build whose programs the command-line tests run. `./dev test` runs the units of the sanitizers' build
# beside the release's programs, which do the same in a quarter of the time.
set(VARVE_TEST_PROGRAMS "" CACHE PATH "build folder whose programs the tests run (empty: this build)")
if(VARVE_TEST_PROGRAMS)
	set(VARVE_TEST_BUILD "${VARVE_TEST_PROGRAMS}")
else()
	set(VARVE_TEST_BUILD "${PROJECT_BINARY_DIR}")
endif()

# vv_bats_test(TEST FILE NAME BUILD [VARIABLE=VALUE...]): the test @test "NAME" of FILE with BUILD's programs,
# as TEST, with '_' for spaces. A test that skips is shown as skipped.
function(vv_bats_test test source name build)
	string(REGEX REPLACE "[^A-Za-z0-9_.-]+" "_" test "${test}")
	add_test(NAME ${test} COMMAND "${PROJECT_SOURCE_DIR}/tests/cli/run" "${source}" "${name}")
	# Sweeps that are no samples take four times as long with sanitizers.
	if(VARVE_SANITIZE AND NOT VARVE_TEST_PROGRAMS)
		set(limit 2400)
	else()
		set(limit 600)
	endif()
	set_tests_properties(${test} PROPERTIES
		ENVIRONMENT "${VARVE_TEST_ENV};VARVE_BIN=${build}/bin;${ARGN}" TIMEOUT ${limit}
		SKIP_REGULAR_EXPRESSION "(^|\n)ok # skip ")
	vv_label(${test} "${name}")
endfunction()

# vv_bats_tests(FILE PREFIX [VARIABLE=VALUE...])
#
# Registers each @test of FILE as PREFIX.TEST. Needs the program varve; without it nothing is registered.
function(vv_bats_tests source prefix)
	if(NOT TARGET varve)
		return()
	endif()
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${source}")
	file(STRINGS "${source}" lines REGEX "^@test ")
	file(STRINGS "${source}" needs REGEX "^\tinstall_go ")
	string(REPLACE "\tinstall_go " "" needs "${needs}")
	foreach(line IN LISTS lines)
		if(NOT line MATCHES "^@test \"([^\"]+)\" *{$")
			message(FATAL_ERROR "${source}: write @test \"name\" { on one line: ${line}")
		endif()
		vv_bats_test("${prefix}.${CMAKE_MATCH_1}" "${source}" "${CMAKE_MATCH_1}" "${VARVE_TEST_BUILD}" ${ARGN})
		if(NOT prefix STREQUAL "interop.built")
			string(REGEX REPLACE "[^A-Za-z0-9_.-]+" "_" test "${prefix}.${CMAKE_MATCH_1}")
			set_tests_properties(${test} PROPERTIES FIXTURES_REQUIRED "${needs}")
			if(needs) # 200 commits by Git LFS take 18 minutes on a busy machine
				set_tests_properties(${test} PROPERTIES TIMEOUT 3600)
			endif()
		endif()
	endforeach()
endfunction()

# vv_bats_folder([EXCLUDE PATTERN]): the tests of each FOLDER/NAME.bats beside this list, as THIS.FOLDER.NAME.TEST. See
# tests/cli/helper.bash.
macro(vv_bats_folder)
	cmake_parse_arguments(arg "" "EXCLUDE" "" ${ARGN})
	get_filename_component(this "${CMAKE_CURRENT_SOURCE_DIR}" NAME)
	file(GLOB files RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}" CONFIGURE_DEPENDS "*/*.bats")
	if(arg_EXCLUDE)
		list(FILTER files EXCLUDE REGEX "${arg_EXCLUDE}")
	endif()
	foreach(file IN LISTS files)
		string(REGEX REPLACE "\\.bats$" "" name "${file}")
		string(REPLACE "/" "." name "${this}.${name}")
		vv_bats_tests("${CMAKE_CURRENT_SOURCE_DIR}/${file}" ${name})
	endforeach()
endmacro()

# vv_place(KIND ["CASE: REASON"...]): each test of suite.bats for this kind of place, as places.KIND.CASE, but those that it
# cannot have. A row of a case that the suite does not have is an error.
function(vv_place kind)
	set(suite "${CMAKE_CURRENT_SOURCE_DIR}/suite.bats")
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${suite}")
	file(STRINGS "${suite}" lines REGEX "^@test ")
	string(REGEX MATCHALL "[a-z]+: [^;]+" cannot "${ARGN}")
	foreach(line IN LISTS lines)
		string(REGEX REPLACE "^@test \"([^\"]+)\" *{$" "\\1" case "${line}")
		set(rest "${cannot}")
		list(FILTER cannot EXCLUDE REGEX "^${case}: ")
		if("${rest}" STREQUAL "${cannot}" AND TARGET varve)
			vv_bats_test("places.${kind}.${case}" "${suite}" "${case}" "${VARVE_TEST_BUILD}" "VARVE_TEST_PLACE=${kind}")
		endif()
	endforeach()
	if(cannot)
		message(FATAL_ERROR "${kind}: not a case of the suite: ${cannot}")
	endif()
endfunction()

# vv_posix_story(FILE NAME): a test of FILE.bats once more with the programs that take the ways of any POSIX system, as posix.FILE.NAME.
function(vv_posix_story file name)
	# A sanitizer needs more addresses than readers may have; other systems limit those alone.
	if(TARGET varve AND (VARVE_TEST_PROGRAMS OR NOT VARVE_SANITIZE))
		string(REPLACE "/" "." prefix "posix.${file}")
		vv_bats_test("${prefix}.${name}" "${CMAKE_CURRENT_SOURCE_DIR}/${file}.bats" "${name}" "${VARVE_TEST_BUILD}/posix")
	endif()
endfunction()

# vv_story(FILE NAME COMMAND...): a test of FILE.bats that stands for the COMMANDs. It runs once more as a vv_posix_story, and, where
# the others run the programs of another build, with this one's, as sanitized.FILE.NAME. tests/check/stories.py finds a command
# without a story.
function(vv_story file name)
	if(VARVE_TEST_PROGRAMS AND TARGET varve)
		string(REPLACE "/" "." prefix "sanitized.${file}")
		vv_bats_test("${prefix}.${name}" "${CMAKE_CURRENT_SOURCE_DIR}/${file}.bats" "${name}" "${PROJECT_BINARY_DIR}")
	endif()
	vv_posix_story("${file}" "${name}")
endfunction()
