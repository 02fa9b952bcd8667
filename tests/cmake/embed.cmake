# vv_embed(FOLDER FILE NAME)
#
# Makes FILE part of the library vv_FOLDER, as in C
#
#	extern const char NAME[];       the text, with a NUL after it
#	extern const size_t NAME_len;   its bytes, without that NUL
#
# What is indented in FILE is embedded without its indentation. Also run as a script
# (cmake -D IN=... -D OUT=... -D NAME=... -P embed.cmake), which is what the build does.
if(CMAKE_SCRIPT_MODE_FILE)
	file(READ "${IN}" text)
	string(REGEX REPLACE "\n[\t ]+" "\n" text "\n${text}")
	string(SUBSTRING "${text}" 1 -1 text)
	string(HEX "${text}" hex)
	string(LENGTH "${hex}" digits)
	math(EXPR bytes "${digits} / 2")
	string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
	string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," hex "${hex}")
	file(WRITE "${OUT}" "#include <stddef.h>\n\n"
		"extern const char ${NAME}[];\nextern const size_t ${NAME}_len;\n\n"
		"const char ${NAME}[] = {\n${hex}0};\nconst size_t ${NAME}_len = ${bytes};\n")
	return()
endif()

set(vv_embed_script "${CMAKE_CURRENT_LIST_FILE}")
function(vv_embed folder file name)
	set(out "${CMAKE_CURRENT_BINARY_DIR}/${name}.c")
	set(in "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
	add_custom_command(OUTPUT "${out}"
		COMMAND "${CMAKE_COMMAND}" -D "IN=${in}" -D "OUT=${out}" -D "NAME=${name}"
			-P "${vv_embed_script}"
		DEPENDS "${in}" "${vv_embed_script}" VERBATIM COMMENT "Embedding ${file}")
	target_sources(vv_${folder} PRIVATE "${out}")
endfunction()
