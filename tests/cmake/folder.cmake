# vv_folder(NAME SOURCES file... [BELOW folder...] [LIBS target...])
#
# The library vv_NAME of a folder's sources. BELOW names the folders that it may
# use, LIBS the third-party libraries, which nobody above gets to see. A folder
# without sources makes no library.
function(vv_folder name)
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;BELOW;LIBS")
	if(NOT arg_SOURCES)
		return()
	endif()
	add_library(vv_${name} ${arg_SOURCES})
	target_link_libraries(vv_${name} PRIVATE vv_flags ${arg_LIBS})
	foreach(below IN LISTS arg_BELOW)
		if(TARGET vv_${below})
			target_link_libraries(vv_${name} PUBLIC vv_${below})
		endif()
	endforeach()
endfunction()
