/*
 * program_internal: the whole of what can be said when running a program.
 */
#ifndef VV_REPO_GIT_PROGRAM_INTERNAL_H
#define VV_REPO_GIT_PROGRAM_INTERNAL_H

#include "repo/git/program.h"

typedef struct vv_run {
	const char *const *argv; /* NULL-ended; argv[0] as in vv_program_run */
	const char *dir;         /* to run in, or NULL */
	const char *const *env;  /* "NAME=value", added to ours; "NAME" takes it out of
				  * ours; NULL-ended; or NULL */
	const void *input;
	size_t len;
	vv_buf *output;        /* NULL: where our stdout goes */
	vv_buf *errors;        /* NULL: where our stderr goes */
	bool terminal;         /* stdin is ours, not input */
	bool output_to_errors; /* its stdout goes where our stderr goes */
	bool talk;             /* stdin is a pipe, written to by whoever started it */
	bool script_ok;        /* a file without #! is given to sh, as a shell would */
} vv_run;

vv_status vv_run_program(const vv_run *run, int *exit_code, vv_error *err);

#endif
