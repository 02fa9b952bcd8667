# What every source of ours is compiled with, as the target vv_flags.

# The dev preset links the folders as shared libraries: a change in one of them links that
# one again, and nothing else.
set(CMAKE_LINK_DEPENDS_NO_SHARED ON)

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Nobody links the program: what it shows to libraries that it loads is named where it stands.
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT BUILD_SHARED_LIBS)
	set(CMAKE_C_VISIBILITY_PRESET hidden)
endif()

# The folders go into libvarve.so as well as into programs.
if(NOT VARVE_SANITIZE)
	set(CMAKE_POSITION_INDEPENDENT_CODE ON)
endif()

find_program(VARVE_CCACHE ccache)
if(VARVE_CCACHE AND NOT CMAKE_C_COMPILER_LAUNCHER)
	set(CMAKE_C_COMPILER_LAUNCHER "${VARVE_CCACHE}")
endif()

add_library(vv_flags INTERFACE)
target_include_directories(vv_flags INTERFACE "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/include")
target_compile_definitions(vv_flags INTERFACE _POSIX_C_SOURCE=200809L _XOPEN_SOURCE=700)
if(APPLE)
	target_compile_definitions(vv_flags INTERFACE _DARWIN_C_SOURCE)
endif()
if(WIN32) # 10 1809 or newer. What it lacks of POSIX is in base/windows, for each source; its headers convert and shadow; its printf is mingw-w64's own
	set(CMAKE_C_EXTENSIONS ON)
	target_compile_definitions(vv_flags INTERFACE _WIN32_WINNT=0x0A00 NTDDI_VERSION=0x0A000006 WIN32_LEAN_AND_MEAN
		__USE_MINGW_ANSI_STDIO=1 PCRE2_STATIC)
	target_include_directories(vv_flags BEFORE INTERFACE "${PROJECT_SOURCE_DIR}/base/windows/include")
	target_compile_options(vv_flags INTERFACE "SHELL:-include base/os_windows.h" -Wall -Wextra -Wno-format -Wno-format-extra-args)
	# The programs are of one file each, and have no time of their making.
	target_link_options(vv_flags INTERFACE -static "LINKER:--no-insert-timestamp,--major-subsystem-version=10,--minor-subsystem-version=0"
		$<$<CONFIG:Release>:-s>)
	enable_language(RC)
	configure_file("${PROJECT_SOURCE_DIR}/cmd/windows/program.rc.in" "${PROJECT_BINARY_DIR}/program.rc" @ONLY)
else()
	target_compile_options(vv_flags INTERFACE
		-Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion
		-Wformat=2)
endif()
# What is installed: faults in memory stop the program, and addresses are not known beforehand.
option(VARVE_HARDEN "Guard the release's stack, buffers, jumps and relocations" ON)
if(VARVE_HARDEN AND CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT VARVE_SANITIZE)
	include(CheckCCompilerFlag)
	include(CheckLinkerFlag)
	include(CheckPIESupported)
	set(guards -fstack-protector-strong -fcf-protection)
	if(NOT WIN32) # there the stack is probed anyway, and gcc 12 breaks off
		list(APPEND guards -fstack-clash-protection)
	else()
		target_link_options(vv_flags INTERFACE -fstack-protector-strong) # names gcc's library
	endif()
	foreach(flag IN LISTS guards)
		string(MAKE_C_IDENTIFIER "VARVE_HAS${flag}" has)
		check_c_compiler_flag(${flag} ${has})
		if(${has})
			target_compile_options(vv_flags INTERFACE ${flag})
		endif()
	endforeach()
	target_compile_options(vv_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
	check_linker_flag(C "LINKER:-z,relro,-z,now" VARVE_HAS_RELRO)
	if(VARVE_HAS_RELRO)
		target_link_options(vv_flags INTERFACE "LINKER:-z,relro,-z,now")
	endif()
	check_pie_supported(LANGUAGES C)
endif()
if(VARVE_WERROR)
	target_compile_options(vv_flags INTERFACE -Werror)
elseif(BUILD_SHARED_LIBS AND NOT VARVE_PORTABLE)
	# The dev preset, which warns of all else: the linker would find this one only in another folder's library.
	target_compile_options(vv_flags INTERFACE -Werror=implicit-function-declaration)
endif()
if(VARVE_SANITIZE)
	target_compile_options(vv_flags INTERFACE
		-fsanitize=${VARVE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
	target_link_options(vv_flags INTERFACE -fsanitize=${VARVE_SANITIZE})
	# With GCC each check of undefined behaviour has data of its own, which AddressSanitizer guards and
	# the search for leaks reads at each end: 12 MB. A trap needs none, and AddressSanitizer names its line
	# (handle_sigill). Programs start and end in two thirds of the time.
	if(VARVE_SANITIZE MATCHES "address.*undefined" AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
		target_compile_options(vv_flags INTERFACE -fsanitize-undefined-trap-on-error)
		# AddressSanitizer finds what these two do, at no further cost; a tenth of the time to compile is theirs.
		target_compile_options(vv_flags INTERFACE -fno-sanitize=null,object-size)
	endif()
	# Without half a million relocations of the sanitizers' data a program starts in three
	# quarters of the time, and tests start thousands.
	if(VARVE_SANITIZE MATCHES address AND NOT VARVE_FUZZ)
		target_link_options(vv_flags INTERFACE
			"$<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-no-pie>")
	endif()
endif()
if(VARVE_FUZZ)
	if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
		message(FATAL_ERROR "VARVE_FUZZ needs clang: configure with CC=clang")
	endif()
	target_compile_options(vv_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
