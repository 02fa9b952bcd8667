/*
 * push_hook: the text of the pre-push hook, and how it gets to its place and away.
 */
#include "lib/remotes/push_hook.h"

#include <string.h>

#include "base/file.h"
#include "base/hint_text.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/remotes/lfs_hook.h"
#include "lib/remotes/remote.h"
#include "repo/git/verb/hook.h"

#define EARLIER VV_PUSH_HOOK_EARLIER
#define MARK "varve pre-push"
#define HOOK_MAX (1u << 20)

static const char script[] =
	"#!/bin/sh\n"
	"# Written by 'varve init': sends the rows of tables before git pushes the commits that name\n"
	"# them. An earlier hook is called first: pre-push" EARLIER ".\n"
	"command -v varve > /dev/null 2>&1 || {\n"
	"\techo \"varve is not on the PATH: tables would be pushed without their rows\" >&2\n"
	"\techo \"hint: 'git push --no-verify' pushes all the same\" >&2\n"
	"\texit 1\n"
	"}\n"
	"exec " MARK " \"$@\"\n";

/* Notes that no hook was installed, since a foreign one exists, or another tool manages hooks. */
static vv_status tell_elsewhere(vv_repository *r, vv_hook_place place, const vv_notes *notes,
				vv_error *err)
{
	vv_auto(vv_buf) message = VV_BUF_INIT, mend = VV_BUF_INIT;
	vv_auto(vv_hook_found) hook = {0};
	vv_status rc = vv_push_hook_find(&hook, r, err);

	if (rc == VV_OK && !(hook.calls && hook.runs) && vv_repository_words(r)) {
		vv_push_hook_describe(&hook, vv_repository_words(r), &message, &mend);
		vv_notes_put(notes, "hint: %s: %s",
			     place == VV_HOOK_BLOCKED
				     ? "the hook pre-push does not belong to varve, and "
				       "pre-push" EARLIER " already exists"
				     : "no hook was written, as core.hooksPath leads out of this "
				       "repository's Git folder",
			     vv_buf_cstr(&mend));
	}
	return rc;
}

vv_status vv_push_hook_set(vv_repository *r, const vv_notes *notes, vv_error *err)
{
	vv_hook_place place;

	if (vv_repository_is_bare(r)) return VV_OK;
	vv_status rc = vv_hook_install(r, "pre-push", EARLIER, script, MARK, &place, err);
	if (rc == VV_OK && (place == VV_HOOK_ELSEWHERE || place == VV_HOOK_BLOCKED)) {
		rc = tell_elsewhere(r, place, notes, err);
	}
	return rc;
}

vv_status vv_push_hook_find(vv_hook_found *out, vv_repository *r, vv_error *err)
{
	return vv_hook_find(out, r, "pre-push", script, MARK, err);
}

void vv_push_hook_describe(const vv_hook_found *h, vv_hint_words_fn words, vv_buf *message,
			   vv_buf *mend)
{
	vv_auto(vv_buf) other = VV_BUF_INIT;
	const char *file = vv_text_shows(h->path);

	if (h->calls) {
		vv_buf_printf(message, "git does not run the hook %s: it is not executable", file);
		vv_buf_printf(mend, "chmod +x %s", vv_text_word(h->path));
		return;
	}
	vv_buf_printf(&other, "%s" EARLIER, h->path);
	vv_buf_printf(message,
		      h->there
			      ? "the hook %s does not call varve: 'git push' sends commits "
				"without the rows of their tables"
			      : "the hook %s is missing: 'git push' sends commits without the rows "
				"of their tables",
		      file);
	if (h->own) {
		(void)vv_hint_put(mend, "", words, VV_HINT_HOOK_LINE, h->own);
	} else if (h->elsewhere || (h->there && vv_exists(vv_buf_cstr(&other)))) {
		(void)vv_hint_put(mend, "", words, VV_HINT_HOOK_LINE, h->path);
	} else {
		(void)vv_hint_put(mend, "", words, VV_HINT_INIT_AGAIN);
	}
}

vv_status vv_push_hook_lacks(vv_repository *r, vv_buf *message, vv_buf *mend, vv_error *err)
{
	vv_auto(vv_hook_found) hook = {0};
	vv_auto(vv_string_list) remotes = {0};
	bool wanted = true;
	vv_status rc = VV_OK;

	if (vv_repository_is_bare(r) ||
	    (rc = vv_config_bool(r, "varve.prepush", true, &wanted, err)) < 0 || !wanted ||
	    (rc = vv_push_hook_find(&hook, r, err)) < 0 || (hook.calls && hook.runs)) {
		return rc;
	}
	if ((rc = vv_remote_names(&remotes, r, err)) == VV_OK && remotes.count > 0) {
		vv_push_hook_describe(&hook, vv_repository_words(r), message, mend);
	}
	return rc;
}

void vv_push_hook_warn(vv_repository *r, const vv_notes *notes)
{
	vv_auto(vv_buf) message = VV_BUF_INIT, mend = VV_BUF_INIT;

	if (vv_push_hook_lacks(r, &message, &mend, VV_IGNORED) == VV_OK && message.len > 0) {
		vv_notes_warn(notes, "%s", vv_buf_cstr(&message));
		if (mend.len > 0) {
			vv_notes_put(notes, "hint: %s", vv_buf_cstr(&mend));
		}
	}
}

vv_status vv_push_hook_is_earlier(bool *out, vv_repository *r, vv_error *err)
{
	vv_auto(vv_buf) earlier = VV_BUF_INIT, a = VV_BUF_INIT, b = VV_BUF_INIT;
	vv_auto(vv_hook_found) hook = {0};
	vv_status rc = vv_push_hook_find(&hook, r, err);

	*out = false;
	if (rc == VV_OK && !hook.ours) {
		vv_buf_printf(&earlier, "%s" EARLIER, hook.path);
		*out = vv_read_regular(&a, hook.path, HOOK_MAX, VV_IGNORED) == VV_OK &&
		       vv_read_regular(&b, vv_buf_cstr(&earlier), HOOK_MAX, VV_IGNORED) == VV_OK &&
		       a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
	}
	return rc;
}

vv_status vv_push_hook_is_alone(bool *out, vv_repository *r, const vv_hook_found *h, vv_error *err)
{
	vv_auto(char) *earlier = vv_asprintf("%s" EARLIER, h->path);
	bool set = false;
	vv_status rc = vv_alloc_ok(earlier, err);

	rc = rc < 0 ? rc : vv_hook_is_set(&set, r, "pre-push", err);
	*out = rc == VV_OK && !set && !vv_exists(earlier) && !vv_lfs_stores_here(r);
	return rc;
}

bool vv_push_hook_is_late(const vv_hook_found *h)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const char *file = h->own ? h->own : h->path;

	if (!h->calls || vv_read_regular(&text, file, HOOK_MAX, VV_IGNORED) < 0) return false;
	const char *lfs = strstr(vv_buf_cstr(&text), VV_LFS_HOOK_MARK);
	const char *varve = strstr(vv_buf_cstr(&text), MARK);
	if (!lfs || !varve || varve < lfs) return false;
	while (lfs > text.data && lfs[-1] != '\n' && lfs[-1] != '|') { /* a pipe is another stdin */
		lfs--;
	}
	return lfs == text.data || lfs[-1] == '\n';
}

vv_status vv_push_hook_remove(vv_repository *r, bool *removed, vv_error *err)
{
	return vv_hook_remove(r, "pre-push", EARLIER, script, removed, err);
}
