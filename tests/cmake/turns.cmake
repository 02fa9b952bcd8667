# Which tests './dev test' leaves out of a run: those that rest in its turn, one of six that VARVE_TEST_SAMPLE draws.
# tests.cmake and discover.cmake include this.

# A third of these run, whatever they hold: kills, failing machines, and the same suite over each kind of place, holder or system;
# and a sixth of the tests in a browser, of which each takes 5 to 30 s.
set(VARVE_SUITES "^posix\\." "^places\\." "kill_-9|killed_anywhere|killed_at_any"
	"^unit\\.cmd\\.faults\\." "^unit\\..*(_fault\\.|without_memory|out_of_memory|flipped_bit)"
	"^laws\\.faults\\.(disk|properties)" "^cli\\.vault\\.[a-z0-9]+_holder\\.")

# A sixth, a third and half of these. They are dear, and many are alike: other units with sanitizers and one story of each command,
# which run always, see most of what they see. What tests/check/promises.md names runs always, too. Units stand here by what a test of
# their file takes: from 3, 1.6 and 0.8 s while five run at once on two cores.
set(VARVE_6 "^cli\\.(add|cat\\.keys|check|drop\\.drop|merge|publish|store|vault|web)\\." "^unit\\.cmd\\.faults\\."
	"^stories\\.(documents|hosts|peers)\\." "^laws\\.(as_git|damage|history)\\." "^laws\\.faults\\.(half_done|kill|living|transfer)\\."
	"^unit\\.check\\.(check_memo|key_groups|unique_keys)\\." "^unit\\.cmd\\.web_limit\\."
	"^unit\\.dataset\\.(import_changed|long_cells|row_block|row_limit)\\." "^unit\\.diff\\.(file_groups|merge|needed_columns)\\."
	"^unit\\.public\\.(memory|threads)\\." "^unit\\.repo\\.(attribute_answers|git_pack|sha256_id)\\."
	"^package\\.(varve_exe_does|tables)_")
set(VARVE_3 "^cli\\." "^stories\\.(others|output|recipes|row_edits|ssh|walks)\\." "^laws\\.(bounds|editors|erase|faults|places|sources|walk)\\." "^unit\\.check\\.check_types\\."
	"^unit\\.dataset\\.(group_canonical|group_compare|import|table_range)\\." "^unit\\.diff\\.(patch\\.generated|patch_fit\\.a_patch|rowdiff\\.)"
	"^unit\\.lib\\.ordered_files\\." "^unit\\.public\\.(arrow|diff|lifetime|merge|rows|sync|watch)\\."
	"^unit\\.repo\\.(git_packed|pack_heads|git_send\\.any_range)" "^unit\\.transport\\.ask\\.")
set(VARVE_2 "^python\\.(arrow|forms|frame|ipc|reader|second_|start|twins)" "^laws\\.(expire|form)\\." "^unit\\.base\\.os\\." "^unit\\.dataset\\.(group|group_edit|group_proof|key_order|long_proof|table_check|value)\\."
	"^unit\\.diff\\.patch(_fit)?\\." "^unit\\.lib\\.txn\\." "^unit\\.public\\.(check|filter|put_arrow|shortest|txn)\\."
	"^unit\\.repo\\.(git_receive|git_send|history|incoming|index|pack_index)\\." "^unit\\.transport\\.(gather|http)\\.")

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
	if(matches AND of LESS 3)
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
