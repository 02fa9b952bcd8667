/*
 * output_file: the file to which rows are written, with -o and .output.
 *
 * The rows go to a new file beside it, which takes its name when they are complete: a statement may read
 * the table that they replace.
 */
#ifndef VV_CMD_SQL_OUTPUT_FILE_H
#define VV_CMD_SQL_OUTPUT_FILE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"

typedef struct vv_sql_output {
	vv_buf path;      /* the file's name; empty: rows are printed */
	vv_new_file made; /* the new file, until it is placed; not used for devices and pipes */
	bool whole;       /* the output is that of -o: the rows of all statements */
} vv_sql_output;
#define VV_SQL_OUTPUT_INIT                                                                         \
	{                                                                                          \
		.path = VV_BUF_INIT                                                                \
	}

/* Begins the output to the file path; "": rows are printed. */
vv_status vv_sql_output_begin(vv_sql_output *o, const char *path, vv_error *err);
/* Returns the file to append to, valid until the next call. */
const char *vv_sql_output_file(vv_sql_output *o);
/* Gives the new file its name, if this is not done yet. */
vv_status vv_sql_output_place(vv_sql_output *o, vv_error *err);
void vv_sql_output_clear(vv_sql_output *o);

/* Returns the format that a file has by the end of its name; NULL: none. */
const char *vv_sql_output_format(const char *path);
/* Checks the name of -o, which may be NULL, with --format or NULL. Returns an exit code. */
int vv_sql_output_check(const char *path, const char *format);

#endif
