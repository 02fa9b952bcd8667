/*
 * push_hook: the text of the pre-push hook, and how it gets to its place and away.
 */
#include "cmd/work/peers/push_hook.h"

#define EARLIER VV_PUSH_HOOK_EARLIER
#define MARK "varve pre-push"

static const char script[] =
	"#!/bin/sh\n"
	"# Written by 'varve init': sends the rows of tables before git pushes the commits that name\n"
	"# them. A hook that was here before is called first: pre-push" EARLIER ".\n"
	"command -v varve > /dev/null 2>&1 || {\n"
	"\techo \"varve is not on the PATH: tables would be pushed without their rows\" >&2\n"
	"\techo \"hint: 'git push --no-verify' pushes all the same\" >&2\n"
	"\texit 1\n"
	"}\n"
	"exec " MARK " \"$@\"\n";

vv_status vv_push_hook_set(vv_repository *r, const vv_notes *notes, vv_error *err)
{
	vv_hook_place place;
	vv_status rc;

	if (vv_repository_is_bare(r)) {
		return VV_OK;
	}
	rc = vv_hook_install(r, "pre-push", EARLIER, script, MARK, &place, err);
	if (rc == VV_OK && place == VV_HOOK_ELSEWHERE) {
		vv_notes_put(
			notes,
			"hint: core.hooksPath leads out of this repository's Git folder, where no hook is written: "
			"let the pre-push hook there call: varve pre-push \"$@\"");
	} else if (rc == VV_OK && place == VV_HOOK_BLOCKED) {
		vv_notes_put(
			notes,
			"hint: the hook pre-push is not varve's, and there is a pre-push" EARLIER
			" besides: let it "
			"call: varve pre-push \"$@\"");
	}
	return rc;
}

vv_status vv_push_hook_find(vv_hook_found *out, vv_repository *r, vv_error *err)
{
	return vv_hook_find(out, r, "pre-push", script, MARK, err);
}

vv_status vv_push_hook_remove(vv_repository *r, bool *removed, vv_error *err)
{
	return vv_hook_remove(r, "pre-push", EARLIER, script, removed, err);
}
