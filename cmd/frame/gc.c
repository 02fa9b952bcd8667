/*
 * gc: its result in words, and how a command starts it after itself.
 */
#include "cmd/frame/gc.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/locks/own_file.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "repo/git/program.h"

#define DAY 86400u /* seconds */

static void print_aside(const vv_gc_run *g)
{
	const vv_aside *aside = &g->aside;

	if (aside->blocks == 0) return;
	vv_out("set aside: %s, %s, ", vv_text_counted(aside->blocks, "block", NULL),
	       vv_text_bytes(aside->bytes));
	if (aside->until == 0) {
		vv_out("kept\n");
	} else {
		vv_out("removable by 'varve gc%s' after %s\n",
		       g->has_grace && g->grace_sec == 0 ? " --prune=now" : "",
		       vv_text_time(aside->until, VV_TIME_MINUTE));
	}
}

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
	print_aside(g);
	if (out->dropped_blocks > 0) {
		vv_out("%s: %s, %s\n", g->dry_run ? "would remove" : "removed",
		       vv_text_counted(out->dropped_blocks, "block", NULL),
		       vv_text_bytes(out->dropped_bytes));
	}
	vv_out("store: %s%s -> %s%s", g->dry_run ? "would go from " : "",
	       vv_text_bytes(out->bytes_before), g->dry_run ? "about " : "",
	       vv_text_bytes(out->bytes_after));
	if (out->bytes_after > out->bytes_before && out->aside_blocks > 0) {
		vv_out("; blocks that are set aside are stored whole, and not as differences");
	}
	vv_out("\n");
}

/* Starts `varve gc --auto` with its output in the file gc->log. *pid: of the process. */
static vv_status start_gc(pid_t *pid, const vv_auto_gc *gc, vv_error *err)
{
	const char *const argv[] = {"varve", "gc", "--auto", gc->detach ? NULL : "--quiet", NULL};
	vv_auto(char) *name = vv_varve_path(), *file = NULL;
	vv_status rc;

	if (!name) return vv_fail_nomem(err);
	if ((rc = vv_program_find(&file, vv_environ(), name, err)) < 0) return rc;
	vv_os_command c = {.file = file,
			   .argv = argv,
			   .env = vv_env_list(vv_environ()),
			   .ends = {-1, STDOUT_FILENO, STDERR_FILENO}};
	vv_auto(vv_fd) log = -1;
	if (gc->detach) {
		log = vv_open_own(gc->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, err);
		if (log < 0) return (vv_status)log;
		c.ends[1] = c.ends[2] = log;
		c.detached = true;
	}
	*pid = vv_os_start(&c);
	return *pid < 0 ? vv_fail_errno(err, "cannot start", file) : VV_OK;
}

void vv_auto_gc_begin(const vv_auto_gc *gc, bool quiet)
{
	pid_t pid = -1;
	int code = VV_EXIT_OK;

	if (gc->failed) {
		vv_warn("the store needs a gc, but the last one failed: see %s",
			vv_text_shows(gc->log));
	}
	if (!gc->wanted) return;
	if (gc->detach && !quiet) {
		vv_note("the store has grown to %s: gc runs in the background ('varve help gc')",
			vv_text_bytes(gc->bytes));
	}
	if (start_gc(&pid, gc, VV_IGNORED) < 0 || (!gc->detach && !vv_os_wait(pid, &code)) ||
	    code == VV_OS_NOT_STARTED) {
		vv_warn("gc could not be started; run 'varve gc'");
	}
}
