# vv_html_parts(FOLDER HEADER FILE...)
#
# Compiles the HTML of FILEs into the library vv_FOLDER (html_parts.py says how); sources
# include HEADER, a path from the root.
find_package(Python3 COMPONENTS Interpreter REQUIRED)
set(vv_html_parts_script "${CMAKE_CURRENT_LIST_DIR}/html_parts.py")
function(vv_html_parts folder header)
	set(out "${PROJECT_BINARY_DIR}/generated/${header}")
	string(REGEX REPLACE "\\.h$" ".c" source "${out}")
	get_filename_component(where "${out}" DIRECTORY)
	file(MAKE_DIRECTORY "${where}")
	list(TRANSFORM ARGN PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/" OUTPUT_VARIABLE files)
	add_custom_command(OUTPUT "${out}" "${source}"
		COMMAND "${Python3_EXECUTABLE}" "${vv_html_parts_script}" "${out}" "${source}" ${files}
		DEPENDS ${files} "${vv_html_parts_script}" VERBATIM COMMENT "Compiling ${header}")
	target_sources(vv_${folder} PRIVATE "${out}" "${source}")
	target_include_directories(vv_${folder} PUBLIC "${PROJECT_BINARY_DIR}/generated")
endfunction()
