# How tests are registered: every single one is its own ctest entry.

set(VARVE_TEST_ENV
	"ASAN_OPTIONS=abort_on_error=0:detect_leaks=1:strict_string_checks=1"
	"UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1")

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
	target_link_libraries(${target} PRIVATE vv_flags vv_test_support vv_${folder})
	add_custom_command(TARGET ${target} POST_BUILD
		BYPRODUCTS "${list}"
		COMMAND "${CMAKE_COMMAND}"
			-D "PROGRAM=$<TARGET_FILE:${target}>" -D "PREFIX=unit.${folder}" -D "OUT=${list}"
			-D "ENVIRONMENT=${VARVE_TEST_ENV}"
			-P "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/discover.cmake"
		VERBATIM)
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
# With VARVE_FUZZ the libFuzzer program fuzz_NOUN of NOUN_fuzz.c; else a program
# that replays corpus/NOUN, registered as fuzz.NOUN.
function(vv_fuzz_test noun)
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBS;FILES")
	set(target fuzz_${noun})
	if(VARVE_FUZZ)
		add_executable(${target} ${noun}_fuzz.c ${arg_FILES})
		target_link_options(${target} PRIVATE -fsanitize=fuzzer)
	else()
		add_executable(${target} ${noun}_fuzz.c ${arg_FILES} replay.c)
		add_test(NAME fuzz.${noun}
			COMMAND ${target} "${CMAKE_CURRENT_SOURCE_DIR}/corpus/${noun}")
		set_tests_properties(fuzz.${noun} PROPERTIES
			ENVIRONMENT "${VARVE_TEST_ENV}" TIMEOUT 120)
	endif()
	target_link_libraries(${target} PRIVATE vv_flags ${arg_LIBS})
endfunction()

# vv_cli_test(FILE)
#
# Registers each @test of FILE.bats as cli.FILE.TEST, with '.' for '/' and '_'
# for spaces. Needs the program varve; without it nothing is registered.
function(vv_cli_test file)
	if(NOT TARGET varve)
		return()
	endif()
	set(source "${CMAKE_CURRENT_SOURCE_DIR}/${file}.bats")
	string(REPLACE "/" "." prefix "cli.${file}")
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${source}")
	file(STRINGS "${source}" lines REGEX "^@test ")
	foreach(line IN LISTS lines)
		if(NOT line MATCHES "^@test \"([^\"]+)\" *{$")
			message(FATAL_ERROR "${source}: write @test \"name\" { on one line: ${line}")
		endif()
		set(name "${CMAKE_MATCH_1}")
		string(REGEX REPLACE "[^A-Za-z0-9_.-]+" "_" id "${name}")
		add_test(NAME ${prefix}.${id}
			COMMAND "${PROJECT_SOURCE_DIR}/tests/cli/run" "${source}" "${name}")
		set_tests_properties(${prefix}.${id} PROPERTIES
			ENVIRONMENT "${VARVE_TEST_ENV};VARVE_BIN=$<TARGET_FILE_DIR:varve>" TIMEOUT 600
			SKIP_REGULAR_EXPRESSION "(^|\n)ok # skip ")
	endforeach()
endfunction()
