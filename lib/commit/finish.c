/*
 * finish: no failure after the commit may look as if there were none.
 */
#include "lib/commit/finish.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/progress.h"
#include "lib/commit/message.h"
#include "repo/git/history/state.h"
#include "repo/git/merge/conflict_state.h"
#include "repo/git/verb/hook.h"
#include "repo/known/loose_pack.h"

enum { LOOSE_MAX = 100 };

static void warn_of_error(vv_repository *r, const vv_error *err)
{
	vv_notes_warn(vv_repository_notes(r), "%s", err->message);
}

void vv_commit_finish(vv_repository *r, vv_way_back **back, const char *hook)
{
	vv_error err;
	uint64_t packed;
	bool ran;

	if (vv_state_cleanup(r, &err) < 0 || vv_conflict_drop_all(r, &err) < 0) {
		warn_of_error(r, &err);
	}
	if (back) { /* hooks may run what needs one of its own */
		if (vv_way_back_close(*back, VV_OK, &err) < 0) {
			warn_of_error(r, &err);
		}
		*back = NULL;
	}
	if (hook && vv_hook_run(r, hook, NULL, &ran, &err) < 0) {
		warn_of_error(r, &err);
	}
	if (vv_git_pack_loose(r, LOOSE_MAX, &packed, &err) < 0) {
		warn_of_error(r, &err);
	}
}
