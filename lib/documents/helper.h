/*
 * helper: runs an untrusted program as a child process with its own process group and with limits
 * on memory, time and output. The program's output is read as a vv_source.
 *
 * A correct caller calls vv_helper_start, then vv_helper_read, until the end of the output or not,
 * then vv_helper_end, which sets the exit code, and last vv_helper_close.
 */
#ifndef VV_LIB_DOCUMENTS_HELPER_H
#define VV_LIB_DOCUMENTS_HELPER_H

#include <stdint.h>
#include <sys/types.h>

#include "base/auto.h"
#include "base/env.h"
#include "base/error.h"
#include "base/progress.h"

/* A running program. */
typedef struct vv_helper vv_helper;

/* The limits for a program. */
typedef struct vv_helper_limits {
	uint64_t memory; /* size limit of the address space in bytes; 0: no limit */
	/* text after the memory limit in messages, such as " (SETTING)"; or NULL */
	const char *memory_setting;
	/* limit in seconds for waiting for output and for the end of the program. If the program
	 * uses the CPU, but has used less CPU time than this limit, the wait may be up to ten times
	 * as long. 0: no limit */
	unsigned seconds;
	uint64_t output; /* limit of the program's output in bytes; 0: no limit */
	/* called while waiting for output, and may cancel; may be NULL */
	const vv_progress *progress;
	/* kill the program when the thread that started it ends, even if varve is killed */
	bool bound;
	/* the output is read ahead: the thread may start another helper before it ends this one, so
	 * vv_helper_start does not wait */
	bool ahead;
} vv_helper_limits;

/* Starts the program argv[0] in the folder "/", with an empty stdin. argv: as for vv_run_program;
 * copied. VV_EPROGRAM: the program does not exist. VV_ELOCKED: eight helpers of this process
 * are not closed, and none was closed within ten seconds; with limits->ahead, fails at once if four
 * are not closed. The data to which members of *limits point is borrowed until vv_helper_close. */
vv_status vv_helper_start(vv_helper **out, const vv_env *env, const char *const *argv,
			  const vv_helper_limits *limits, vv_error *err);

/* Reads at most len of the next bytes of the program's output into bytes. h is a vv_helper. Returns
 * their number, 0 at the end, or a negative vv_status. VV_EREFUSED: the program exceeded its time
 * or output limit, and was killed. VV_ECANCELLED: limits->progress cancelled. Has the type of a
 * vv_source's read function. */
ssize_t vv_helper_read(void *h, void *bytes, size_t len, vv_error *err);

/* Waits until the program ends, kills the rest of its process group, and sets *code to the
 * program's exit code. *code is 0 if SIGPIPE ended the program because its output was not read to
 * the end. VV_EREFUSED: the program was killed because it exceeded its time or output limit, or a
 * signal ended it, for example because it ran out of memory. */
vv_status vv_helper_end(vv_helper *h, int *code, vv_error *err);

/* Returns the last lines that the program wrote to stderr, without the lines of a traceback, joined
 * by semicolons, escaped and limited in length; "" if there are none. The caller calls this after
 * vv_helper_end. The text is borrowed until the next call. */
const char *vv_helper_said(vv_helper *h);

/* Returns the last 4 KiB that the program wrote to stderr, unchanged. Borrowed. */
const char *vv_helper_wrote(const vv_helper *h);

/* Returns the Python interpreter for varve-data: VARVE_PYTHON, which is set if varve runs inside of
 * Python, or else python3 from PATH. Borrowed. */
const char *vv_helper_python(const vv_env *env);

/* Kills the process group if it is still running, and frees h. h may be NULL. */
void vv_helper_close(vv_helper *h);
VV_AUTO_FREE(vv_helper, vv_helper_close)

#endif
