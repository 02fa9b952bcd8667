/*
 * put_right: chooses the module that recovers an interrupted command.
 */
#include "lib/worktree/put_right.h"

#include <string.h>

#include "base/auto.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "lib/worktree/by_git.h"
#include "lib/worktree/way_back.h"
#include "repo/git/write_turn.h"

bool vv_interruption_was(const vv_interruption *f, const char *command)
{
	const size_t len = strlen(command);

	return (f->undone || f->finished) && strncmp(f->command, command, len) == 0 &&
	       (f->command[len] == '\0' || f->command[len] == ' ');
}

vv_status vv_put_right(vv_repository *r, const char *command, vv_interruption *found, vv_error *err)
{
	vv_interruption own = {.undone = false};
	vv_recovered what = VV_RECOVERED_NOTHING;
	vv_status rc;

	if ((rc = vv_write_turn_take(r, err)) < 0) return rc;
	vv_auto(char) *temps = vv_path_join(vv_repository_statedir(r), "tmp", (char *)NULL);
	if (!temps) return vv_fail_nomem(err);
	vv_temp_sweep(temps, ".varve-"); /* what takes the place of the work tree's files */
	vv_temp_sweep(temps, VV_WRITE_TEMP);
	if (!vv_repository_is_bare(r) &&
	    ((rc = vv_way_back_recover(r, &what, own.command, err)) < 0 ||
	     (what == VV_RECOVERED_NOTHING &&
	      (rc = vv_by_git_recover(r, command, &what, own.command, err)) < 0))) {
		return rc;
	}
	own.undone = what == VV_RECOVERED_UNDONE;
	own.finished = what == VV_RECOVERED_COMPLETE;
	if (found) {
		*found = own;
	}
	return VV_OK;
}
