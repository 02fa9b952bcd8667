# libgit2 in the programs of a release: the system's static library, without its network transports (cmd/frame/no_transports.c).
#
# The shared one loads ten further libraries (Kerberos, mbedTLS): a third of the time in which a program starts. Sets VARVE_LIBGIT2_LINKS, which is
# empty where programs link the shared library as libvarve does: by the option, in other builds, or where the static library needs anything else.
option(VARVE_STATIC_LIBGIT2 "Link the release's programs with the static libgit2, without its network transports" ON)

set(VARVE_LIBGIT2_LINKS "")
if(NOT VARVE_STATIC_LIBGIT2 OR NOT CMAKE_BUILD_TYPE STREQUAL "Release" OR BUILD_SHARED_LIBS OR VARVE_SANITIZE OR APPLE OR WIN32)
	return()
endif()
pkg_get_variable(libgit2_folder libgit2 libdir)
find_library(VARVE_LIBGIT2_ARCHIVE libgit2.a HINTS "${libgit2_folder}" NO_DEFAULT_PATH)
if(NOT VARVE_LIBGIT2_ARCHIVE)
	message(STATUS "The programs link the shared libgit2: there is no libgit2.a")
	return()
endif()
set(links "${VARVE_LIBGIT2_ARCHIVE}")
# Its hashes and its parser of addresses are needed, also static; what else it names is for its transports, or linked by varve too.
foreach(name IN ITEMS mbedcrypto http_parser llhttp pcre2-8 z)
	if(name IN_LIST GIT2_STATIC_LIBRARIES)
		if(name MATCHES "^(pcre2-8|z)$")
			list(APPEND links ${name})
		else()
			find_library(VARVE_LIBGIT2_${name} lib${name}.a HINTS "${libgit2_folder}")
			list(APPEND links "${VARVE_LIBGIT2_${name}}")
		endif()
	endif()
endforeach()
try_compile(VARVE_LIBGIT2_IS_STATIC "${PROJECT_BINARY_DIR}/static_libgit2"
	SOURCES "${PROJECT_SOURCE_DIR}/cmd/frame/no_transports.c" "${CMAKE_CURRENT_LIST_DIR}/static_libgit2.c"
	CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${GIT2_INCLUDE_DIRS}"
	LINK_LIBRARIES ${links})
if(VARVE_LIBGIT2_IS_STATIC)
	set(VARVE_LIBGIT2_LINKS ${links})
else()
	message(STATUS "The programs link the shared libgit2: the static one needs more than no_transports.c has")
endif()
