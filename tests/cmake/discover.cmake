# Run after a test program was built: writes OUT, a ctest file with one entry for
# each test that PROGRAM --list names. EMULATOR runs programs of another architecture.

include("${CMAKE_CURRENT_LIST_DIR}/turns.cmake")

foreach(setting IN LISTS ENVIRONMENT)
	string(REGEX MATCH "^([^=]+)=(.*)$" parts "${setting}")
	set(ENV{${CMAKE_MATCH_1}} "${CMAKE_MATCH_2}")
endforeach()

execute_process(COMMAND ${EMULATOR} "${PROGRAM}" --list
	OUTPUT_VARIABLE names ERROR_VARIABLE problems RESULT_VARIABLE result)
if(NOT result EQUAL 0)
	message(FATAL_ERROR "${PROGRAM} --list failed (${result}):\n${problems}")
endif()

string(REGEX MATCHALL "[^\n]+" names "${names}")
set(text "")
if(EMULATOR)
	set(EMULATOR "[==[${EMULATOR}]==] ")
endif()
foreach(name IN LISTS names)
	string(APPEND text "add_test([==[${PREFIX}.${name}]==] ${EMULATOR}[==[${PROGRAM}]==] [==[${name}]==])\n")
	string(APPEND text "set_tests_properties([==[${PREFIX}.${name}]==] PROPERTIES "
		"ENVIRONMENT [==[${ENVIRONMENT}]==] SKIP_REGULAR_EXPRESSION [==[ok # skip ]==]")
	string(REGEX REPLACE "^.*\\." "" function "${name}")
	vv_rests(labels "${PREFIX}.${name}" "${function}")
	if("${PREFIX}.${name}" MATCHES "${SLOW}")
		list(PREPEND labels slow)
		if(NOT "${PREFIX}.${name}" MATCHES "${LONG}")
			string(APPEND text " COST 1")
		endif()
	endif()
	if(labels)
		string(APPEND text " LABELS [==[${labels}]==]")
	endif()
	if("${PREFIX}.${name}" MATCHES "${LONG}")
		string(APPEND text " COST 10 TIMEOUT 600")
	elseif(EMULATOR) # ten times as long as on its own machine
		string(APPEND text " TIMEOUT 1200")
	else()
		string(APPEND text " TIMEOUT 120")
	endif()
	string(APPEND text ")\n")
endforeach()
file(WRITE "${OUT}" "${text}")
