# vv_program(NAME LIB...)
#
# The program NAME of main.c and these libraries, in bin/ of the build and, installed, beside the others; and, for tests (vv_story), in posix/bin with
# the ways of any POSIX system.
include(GNUInstallDirs)
function(vv_program name)
	add_executable(${name} main.c)
	target_link_libraries(${name} PRIVATE vv_flags ${ARGN} ${VARVE_LIBGIT2_STAND_IN})
	# Two thirds of the names that the dynamic linker looks up when the program starts are libcrypto's own, most others
	# libc's. It searches the libraries in the order in which they are named here, so that these two first save a quarter
	# of its work. A sanitizer's library must come before all others.
	if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT VARVE_SANITIZE AND NOT APPLE AND NOT WIN32)
		target_link_options(${name} PRIVATE "SHELL:-Wl,--push-state,--no-as-needed -lcrypto -lc -Wl,--pop-state")
	endif()
	if(WIN32)
		target_sources(${name} PRIVATE "${PROJECT_BINARY_DIR}/program.rc")
	endif()
	if(VARVE_LIBGIT2_STAND_IN STREQUAL "vv_no_transports")
		set_target_properties(${name} PROPERTIES VARVE_STATIC_LIBGIT2 ON)
	endif()
	set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
	install(TARGETS ${name} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT ${name})
	if(BUILD_TESTING AND NOT VARVE_TEST_PROGRAMS)
		add_executable(${name}_posix main.c)
		target_link_libraries(${name}_posix PRIVATE vv_flags $<TARGET_OBJECTS:vv_os_posix> ${ARGN} vv_no_certificates)
		set_target_properties(${name}_posix PROPERTIES OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/posix/bin")
	endif()
endfunction()
