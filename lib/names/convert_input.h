/*
 * convert_input: reads any file as plain UTF-8: decompresses compressed files and converts
 * encodings. Recognises Arrow files, but does not read them.
 */
#ifndef VV_LIB_NAMES_CONVERT_INPUT_H
#define VV_LIB_NAMES_CONVERT_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/read/file_text.h"
#include "lib/arrow/ipc_reader.h"
#include "lib/names/unpacked.h"

/* One value = one file that is read. */
typedef struct vv_convert_input {
	const char *name;      /* path as the user wrote it; borrowed */
	int fd;                /* descriptor to close; -1: standard input is read, and not closed */
	vv_fd_source file;     /* the bytes of the file */
	vv_unpacked *unpacked; /* the bytes inside of a compressed file */
	vv_source bytes;       /* all decompressed bytes; to be read once, unless `again` is set */
	vv_source packed;      /* decompressed bytes after head */
	/* head: the first decompressed bytes, which are read to detect Arrow; head_len: number of
	 * these bytes; head_pos: number of these bytes that `bytes` has passed on */
	char head[VV_ARROW_HEAD];
	size_t head_len, head_pos;
	bool is_arrow;        /* the bytes are an Arrow stream or file, not text */
	const char *encoding; /* declared encoding; NULL: detected; borrowed */
	vv_file_text *text;   /* converts the bytes to UTF-8 */
	vv_source source;     /* plain UTF-8; to be read once; not set if is_arrow is true */
} vv_convert_input;

/* Opens the file `path` as *in; path "-": standard input. *in must not be moved while it is open,
 * and is closed by the caller, also after a failure. encoding: the declared encoding; NULL: it is
 * detected. VV_EUSAGE: path is a folder or a pipe. */
vv_status vv_convert_input_open(vv_convert_input *in, const char *path, const char *encoding,
				vv_error *err);

void vv_convert_input_close(vv_convert_input *in);
VV_AUTO_CLEAR(vv_convert_input, vv_convert_input_close)

#endif
