/*
 * gc: its result in words, and how a process continues after its parent has ended.
 */
#include "cmd/frame/gc.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/locks/own_file.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/context.h"
#include "cmd/frame/output.h"

#define LOOSE_MAX 100u
#define DAY 86400u /* seconds */
#define NICE 10
#define FD_END 1024 /* higher descriptors are unused in practice */

void vv_gc_print(const vv_gc_run *g)
{
	const vv_gc_result *out = &g->result;

	vv_out("in use: %s, %s, for %s\n", vv_text_counted(out->live_blocks, "block", NULL),
	       vv_text_bytes(out->live_bytes),
	       vv_text_counted(g->versions, "version of a table", "versions of tables"));
	if (out->aside_blocks > 0) {
		vv_out("unused: %s, %s", vv_text_counted(out->aside_blocks, "block", NULL),
		       vv_text_bytes(out->aside_bytes));
		if (g->grace_sec == UINT64_MAX) {
			vv_out("; kept\n");
		} else if (out->young_until > 0) {
			vv_out("; kept until an hour old, since a program may be about to use them; "
			       "'varve gc --prune=now' removes them after %s\n",
			       vv_text_time(out->young_until, VV_TIME_MINUTE));
		} else {
			vv_out("; removed by a later gc, %s after %s fell out of use\n",
			       g->grace_sec < DAY
				       ? vv_text_seconds(1000 * g->grace_sec)
				       : vv_text_counted(g->grace_sec / DAY, "day", NULL),
			       out->aside_blocks == 1 ? "it" : "they");
		}
	}
	if (out->dropped_blocks > 0) {
		vv_out("%s: %s, %s\n", g->dry_run ? "would remove" : "removed",
		       vv_text_counted(out->dropped_blocks, "block", NULL),
		       vv_text_bytes(out->dropped_bytes));
	}
	vv_out("store: %s%s -> %s%s\n", g->dry_run ? "would go from " : "",
	       vv_text_bytes(out->bytes_before), g->dry_run ? "about " : "",
	       vv_text_bytes(out->bytes_after));
}

/* The exit code. Another running gc is not a failure. */
static int run(bool quiet)
{
	vv_gc_run g = {.gentle = true, .loose_max = LOOSE_MAX};
	vv_context c = {.name = "gc"};
	vv_error err;
	vv_status rc = vv_context_need(&c, VV_NEEDS_REPOSITORY, &err);

	if (rc == VV_OK) {
		rc = vv_gc_run_all(&g, c.repo, &err);
	}
	vv_context_close(&c);
	if (rc == VV_ELOCKED) {
		if (!quiet) {
			vv_note("nothing was done: %s", err.message);
		}
		return VV_EXIT_OK;
	}
	if (rc < 0) return vv_report(&err);
	if (!quiet) {
		vv_gc_print(&g);
	}
	return VV_EXIT_OK;
}

/* In the child: away from the terminal, and from every file of the parent, whose readers
 * would otherwise wait for us. */
static bool leave(const char *log)
{
	int fd;

	if (setsid() < 0) return false;
	for (fd = STDERR_FILENO + 1; fd < FD_END; fd++) {
		(void)close(fd);
	}
	int null_fd = open("/dev/null", O_RDONLY);
	fd = vv_open_own(log, O_WRONLY | O_CREAT | O_TRUNC, NULL);
	if (null_fd < 0 || fd < 0 || dup2(null_fd, STDIN_FILENO) < 0 ||
	    dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0) {
		return false;
	}
	(void)close(null_fd);
	(void)close(fd);
	const int level = nice(NICE); /* not an error indicator: -1 is valid */
	(void)level;
	return true;
}

void vv_auto_gc_begin(const vv_auto_gc *gc, bool quiet)
{
	if (gc->failed) {
		vv_warn("the store needs a gc, but the last one failed: see %s",
			vv_text_shows(gc->log));
	}
	if (!gc->wanted) return;
	if (!gc->detach) {
		(void)run(true);
		return;
	}
	if (!quiet) {
		vv_note("the store has grown to %s: gc runs in the background ('varve help gc')",
			vv_text_bytes(gc->bytes));
	}
	(void)fflush(NULL); /* else the child would write it again */
	pid_t pid = vv_os_fork(false);
	if (pid < 0) {
		vv_warn("gc could not be started; run 'varve gc'");
	} else if (pid == 0) {
		_exit(leave(gc->log) ? vv_out_finish(run(false)) : VV_EXIT_TROUBLE);
	}
}
