/*
 * helper: runs an untrusted child process, with its own process group and limits on memory, time
 * and output; its output is read as a vv_source.
 *
 * A correct caller: vv_helper_start; vv_helper_read, to the end or not; vv_helper_end, for the exit
 * code; vv_helper_close.
 */
#ifndef VV_LIB_DOCUMENTS_HELPER_H
#define VV_LIB_DOCUMENTS_HELPER_H

#include <stdint.h>
#include <sys/types.h>

#include "base/auto.h"
#include "base/env.h"
#include "base/error.h"
#include "base/progress.h"

typedef struct vv_helper vv_helper;

typedef struct vv_helper_limits {
	uint64_t memory; /* size limit of the address space in bytes; 0: no limit */
	/* text after the memory limit in messages, such as " (SETTING)"; or NULL */
	const char *memory_setting;
	/* how long to wait for its output, in seconds; longer only while it uses the CPU and has
	 * used it for less than this time; 0: no limit */
	unsigned seconds;
	uint64_t output; /* limit of its output in bytes; 0: no limit */
	/* called while waiting for output, and may cancel; may be NULL */
	const vv_progress *progress;
	bool bound; /* kill it when the thread that started it ends, even if varve is killed */
	/* a read-ahead: the same thread may start another helper before this one ends */
	bool ahead;
} vv_helper_limits;

/* Starts a program in "/", with an empty stdin. argv: as for vv_run_program; copied. VV_EPROGRAM:
 * the program does not exist. VV_ELOCKED: this process runs eight helpers, and none ended within
 * ten seconds; if limits->ahead is set, it fails at once, and with four helpers. */
vv_status vv_helper_start(vv_helper **out, const vv_env *env, const char *const *argv,
			  const vv_helper_limits *limits, vv_error *err);

/* Reads the next bytes of its output. Returns their number; 0 at the end; <0 on failure.
 * VV_EREFUSED: it exceeded its time or output limit, and was killed. VV_ECANCELLED:
 * limits->progress cancelled. The type is that of a vv_source's read function. */
ssize_t vv_helper_read(void *h, void *bytes, size_t len, vv_error *err);

/* Waits until it ends, and kills the rest of its process group. VV_OK: it exited with *code.
 * VV_EREFUSED: it was killed because it exceeded its time or output limit, or a signal ended it,
 * for example for lack of memory. */
vv_status vv_helper_end(vv_helper *h, int *code, vv_error *err);

/* Returns the last lines that it wrote to stderr, without the lines of a traceback, joined by
 * semicolons, escaped and limited in length; "" if there are none. Borrowed. */
const char *vv_helper_said(vv_helper *h);

/* Returns the last 4 KiB that it wrote to stderr, unchanged. Borrowed. */
const char *vv_helper_wrote(const vv_helper *h);

/* Returns the Python interpreter for varve-data: VARVE_PYTHON, which is set if varve runs inside of
 * Python, or else python3 from PATH. Borrowed. */
const char *vv_helper_python(const vv_env *env);

/* Kills its process group, if it is still running. h may be NULL. */
void vv_helper_close(vv_helper *h);
VV_AUTO_FREE(vv_helper, vv_helper_close)

#endif
