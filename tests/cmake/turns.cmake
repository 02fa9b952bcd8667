# Which tests './dev test' leaves out of a run: those that rest in its turn, one of six that VARVE_TEST_SAMPLE draws.
# tests.cmake and discover.cmake include this.

# A third of these run, whatever they hold: kills, failing machines, and the same suite over each kind of place, holder or system;
# and a sixth of the tests in a browser, of which each takes 5 to 30 s.
set(VARVE_SUITES "^posix\\." "^places\\." "kill_-9|killed_anywhere|killed_at_any"
	"^unit\\.cmd\\.faults\\." "^unit\\..*(_fault\\.|without_memory|out_of_memory|flipped_bit)"
	"^laws\\.faults\\.(disk|properties)" "^cli\\.vault\\.[a-z0-9]+_holder\\.")

# A sixth, a third and half of these. They are dear, and many are alike: other units with sanitizers and one story of each command,
# which run always, see most of what they see. What tests/check/promises.md names runs always, too.
set(VARVE_6 "^cli\\.add\\.(compressed|long_rows|order)\\." "^cli\\.cat\\.keys\\."
	"^cli\\.check\\.(history|not_silent|reports|request_jobs|request_rules|update_branches)\\." "^cli\\.drop\\.drop\\."
	"^cli\\.merge\\.(around|waits)\\." "^cli\\.publish\\.(folder|named)\\." "^cli\\.store\\.(many_pushes|ranges|rclone|two_at_once)\\."
	"^cli\\.vault\\.(kill|supply)\\." "^laws\\.(as_git|damage|history)\\." "^laws\\.faults\\.(half_done|kill|living|transfer)\\."
	"^stories\\.peers\\.(alive|dead|history|nearest)\\." "^stories\\.peers\\.plain_git\\.everyday")
set(VARVE_3 "^cli\\.(publish|store|vault|web)\\." "^stories\\.(documents|hosts|peers)\\." "^laws\\.bounds\\."
	"^unit\\.check\\.check_memo\\.keys_in_a_run" "^unit\\.cmd\\.web_limit\\." "^unit\\.dataset\\.(import\\.narrow|long_cells\\.every_form)"
	"^unit\\.diff\\.(file_groups\\.(equal|long)|merge\\.(no_value|python)|patch\\.generated|patch_fit\\.a_patch)"
	"^unit\\.public\\.threads\\.threads" "^unit\\.repo\\.(attribute_answers\\.|git_pack\\.a_long|git_send\\.any_range|sha256_id\\.)")
set(VARVE_2 "^cli\\.(add|apply|cat|check|diff|fsck|gc|log|merge|serve|sql)\\." "^laws\\.faults\\."
	"^stories\\.(others|output|recipes|row_edits|ssh)\\.")

file(READ "${CMAKE_CURRENT_LIST_DIR}/../check/promises.md" VARVE_PROMISES)

# vv_matches(TEST PATTERN...): sets `matches` if one of the patterns does.
function(vv_matches test)
	set(matches FALSE PARENT_SCOPE)
	foreach(pattern IN LISTS ARGN)
		if("${test}" MATCHES "${pattern}")
			set(matches TRUE PARENT_SCOPE)
			return()
		endif()
	endforeach()
endfunction()

# vv_rests(VARIABLE TEST NAME): the labels rests0 to rests5 of the turns in which TEST is left out; NAME is what its file calls it.
function(vv_rests variable test name)
	set(of 1)
	foreach(share IN ITEMS 2 3 6)
		vv_matches("${test}" ${VARVE_${share}})
		if(matches)
			set(of ${share})
		endif()
	endforeach()
	string(FIND "${VARVE_PROMISES}" "${name}" promised)
	if(promised GREATER -1)
		set(of 1)
	endif()
	vv_matches("${test}" ${VARVE_SUITES})
	if(matches)
		set(of 3)
	elseif("${test}" MATCHES "^web\\.")
		set(of 6)
	endif()

	set(labels "")
	string(MD5 drawn "${test}")
	string(SUBSTRING "${drawn}" 0 4 drawn)
	foreach(turn RANGE 5)
		math(EXPR rests "(0x${drawn} - ${turn} + 6) % ${of}")
		if(rests)
			list(APPEND labels rests${turn})
		endif()
	endforeach()
	set(${variable} "${labels}" PARENT_SCOPE)
endfunction()
