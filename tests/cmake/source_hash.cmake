# vv_source_hash(FOLDER HEADER MACRO SOURCES...)
#
# Sources of the library vv_FOLDER may include HEADER, a path from the root. It defines MACRO, a hash of all
# C sources below the folders SOURCES: what is kept under it is lost when one of them changes.
set(vv_source_hash_script "${CMAKE_CURRENT_LIST_DIR}/source_hash.py")
function(vv_source_hash folder header macro)
	set(out "${PROJECT_BINARY_DIR}/generated/${header}")
	get_filename_component(where "${out}" DIRECTORY)
	file(MAKE_DIRECTORY "${where}")
	list(TRANSFORM ARGN PREPEND "${PROJECT_SOURCE_DIR}/" OUTPUT_VARIABLE patterns)
	list(TRANSFORM patterns APPEND "/*.[ch]")
	file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${patterns})
	add_custom_command(OUTPUT "${out}"
		COMMAND "${Python3_EXECUTABLE}" "${vv_source_hash_script}" "${out}" "${macro}" "${PROJECT_SOURCE_DIR}" ${ARGN}
		DEPENDS ${sources} "${vv_source_hash_script}" VERBATIM COMMENT "Hashing ${ARGN}")
	target_sources(vv_${folder} PRIVATE "${out}")
	target_include_directories(vv_${folder} PRIVATE "${PROJECT_BINARY_DIR}/generated")
endfunction()
