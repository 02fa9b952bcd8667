/*
 * helper: a child process that is not trusted: it has a process group of its own, limits of memory and time, and its output is
 * read as a vv_source.
 *
 * A correct caller: vv_helper_start; vv_helper_read to the end, or not; vv_helper_end for how it ended; vv_helper_close.
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
	uint64_t memory;            /* bytes of addresses; 0: none */
	const char *memory_setting; /* " (its name)", for messages; NULL: none has it */
	/* of CPU time, or that we wait for it in all while it does nothing; 0: none */
	unsigned seconds;
	uint64_t output;             /* bytes; 0: none */
	const vv_progress *progress; /* may cancel it while waiting for its output, or NULL */
	bool bound; /* it is killed when the thread that started it ends, if varve is killed, too */
	bool ahead; /* its thread starts another one before it ends */
} vv_helper_limits;

/* argv as for vv_run_program; copied. It runs in "/", with an empty stdin. VV_EPROGRAM: no such program. VV_ELOCKED: eight run in
 * this process, and none ended in ten seconds; or, ahead, four do. */
vv_status vv_helper_start(vv_helper **out, const vv_env *env, const char *const *argv,
			  const vv_helper_limits *limits, vv_error *err);

/* Its next bytes; 0 at the end. VV_EREFUSED: its time is over, or it wrote too much; it has been killed. VV_ECANCELLED. A vv_source's function. */
ssize_t vv_helper_read(void *h, void *bytes, size_t len, vv_error *err);

/* Waits for its end, and kills the rest of its process group. VV_OK: it exited, with *code. VV_EREFUSED: killed, by us for its
 * time, or for its memory. */
vv_status vv_helper_end(vv_helper *h, int *code, vv_error *err);

/* The last lines that it wrote to stderr without lines of a traceback, separated by "; ", escaped and bounded; "" for none.
 * Borrowed. */
const char *vv_helper_said(vv_helper *h);

/* All of that, if it is short: its last 4 KiB. Borrowed. */
const char *vv_helper_wrote(const vv_helper *h);

/* The interpreter that runs what varve-data has: the one that varve runs in, or the first on the PATH. Borrowed. */
const char *vv_helper_python(const vv_env *env);

/* Kills its process group if it still runs. Accepts NULL. */
void vv_helper_close(vv_helper *h);
VV_AUTO_FREE(vv_helper, vv_helper_close)

#endif
