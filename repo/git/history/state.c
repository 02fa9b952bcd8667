/*
 * state: Git's files about operations in progress, and those that a commit removes.
 */
#include "repo/git/history/state.h"

#include <stdio.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/repository_internal.h"

#define HEADS_BYTES_MAX (1u << 20)
#define MESSAGE_BYTES_MAX (16u << 20)
#define UPDATE "VARVE_UPDATE" /* the commit that `varve update` picks; unknown to Git */

static bool has_file(const vv_repository *r, const char *name)
{
	vv_auto(char) *path = vv_path_join(r->gitdir, name, NULL);

	return vv_exists(path);
}

const char *vv_state_name(vv_repository *r)
{
	if (has_file(r, "rebase-merge") || has_file(r, "rebase-apply/rebasing")) return "rebase";
	if (has_file(r, "rebase-apply")) return "am";
	if (has_file(r, "MERGE_HEAD")) return "merge";
	if (has_file(r, "REVERT_HEAD")) return "revert";
	if (has_file(r, "CHERRY_PICK_HEAD")) return "cherry-pick";
	return has_file(r, "BISECT_LOG") ? "bisect" : "";
}

/* Appends a file of the Git folder; a missing one is VV_ENOTFOUND. */
static vv_status read_state(const vv_repository *r, const char *name, size_t max, vv_buf *out,
			    vv_error *err)
{
	vv_auto(char) *path = vv_path_join(r->gitdir, name, NULL);

	return vv_read_regular(out, path, max, err);
}

const char *vv_state_shown(vv_repository *r)
{
	const char *name = vv_state_name(r);
	vv_auto(vv_buf) update = VV_BUF_INIT, picked = VV_BUF_INIT;

	if (strcmp(name, "cherry-pick") == 0 &&
	    read_state(r, UPDATE, HEADS_BYTES_MAX, &update, VV_IGNORED) == VV_OK &&
	    read_state(r, "CHERRY_PICK_HEAD", HEADS_BYTES_MAX, &picked, VV_IGNORED) == VV_OK &&
	    strcmp(vv_buf_cstr(&update), vv_buf_cstr(&picked)) == 0) {
		return "update";
	}
	return name;
}

vv_status vv_state_need_none(vv_repository *r, const char *needs, vv_error *err)
{
	const char *state = vv_state_shown(r);

	if (!*state) return VV_OK;
	return vv_fail(err, VV_EREFUSED, "%s %s is in progress, and %s\nend it first",
		       strchr("au", *state) ? "an" : "a", state, needs);
}

static vv_status write_state(const vv_repository *r, const char *name, const char *text, size_t len,
			     vv_error *err)
{
	vv_auto(char) *path = vv_path_join(r->gitdir, name, NULL);

	return vv_write_file(path, text, len, false, err);
}

static vv_status parse_ids(const vv_buf *text, const char *name, vv_oid **out, size_t *count,
			   vv_error *err)
{
	const char *p = vv_buf_cstr(text), *end = p + text->len;
	vv_auto_free vv_oid *ids = vv_calloc(text->len / VV_OID_TEXT + 1, sizeof(vv_oid));
	size_t n = 0;

	if (!ids) return vv_fail_nomem(err);
	while (p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t len = eol ? (size_t)(eol - p) : (size_t)(end - p);

		if (!vv_oid_parse(&ids[n++], p, len)) {
			return vv_fail(err, VV_ECORRUPT,
				       "'%s' in the Git folder is damaged: expected commit ids",
				       name);
		}
		p += len + (eol != NULL);
	}
	*out = vv_take(&ids);
	*count = n;
	return VV_OK;
}

vv_status vv_state_merge_heads(vv_repository *r, vv_oid **out, size_t *count, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = read_state(r, "MERGE_HEAD", HEADS_BYTES_MAX, &text, err);

	*out = NULL;
	*count = 0;
	if (rc < 0) return rc == VV_ENOTFOUND ? VV_OK : rc;
	return parse_ids(&text, "MERGE_HEAD", out, count, err);
}

vv_status vv_state_message(vv_repository *r, vv_buf *out, vv_error *err)
{
	return vv_missing_ok(read_state(r, "MERGE_MSG", MESSAGE_BYTES_MAX, out, err), err);
}

/* The files that git commit removes; MERGE_HEAD before its companions, so that a crash in between cannot leave a merge that was
 * committed. */
static const char *const state_files[] = {"AUTO_MERGE",  "MERGE_HEAD", "CHERRY_PICK_HEAD",
					  "REVERT_HEAD", "MERGE_MSG",  "MERGE_MODE",
					  "SQUASH_MSG",  "MERGE_RR",   UPDATE};

static vv_status sync_file(const char *path, vv_error *err)
{
	return vv_missing_ok(vv_fsync_path(path, err), err);
}

static vv_status remove_file(const char *path, vv_error *err)
{
	return vv_unlink(path, true, err);
}

static vv_status each_state_file(vv_repository *r, bool last_first,
				 vv_status (*what)(const char *, vv_error *), vv_error *err)
{
	const size_t count = sizeof(state_files) / sizeof(state_files[0]);
	vv_status rc;

	for (size_t i = 0; i < count; i++) {
		const char *name = state_files[last_first ? count - 1 - i : i];
		vv_auto(char) *path = vv_path_join(r->gitdir, name, NULL);

		if ((rc = what(path, err)) < 0) return rc;
	}
	return VV_OK;
}

vv_status vv_state_sync(vv_repository *r, vv_error *err)
{
	vv_status rc = each_state_file(r, false, sync_file, err);

	return rc < 0 ? rc : vv_fsync_dir(r->gitdir, err);
}

vv_status vv_state_cleanup(vv_repository *r, vv_error *err)
{
	return each_state_file(r, false, remove_file, err);
}

vv_status vv_state_abandon(vv_repository *r, vv_error *err)
{
	return each_state_file(r, true, remove_file, err);
}

static vv_status write_ids(vv_repository *r, const char *name, const vv_oid *ids, size_t count,
			   vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;

	for (size_t i = 0; i < count; i++) {
		vv_buf_printf(&text, "%s\n", vv_oid_shows(&ids[i]));
	}
	vv_status rc = vv_buf_ok(&text, err);
	return rc < 0 ? rc : write_state(r, name, vv_buf_cstr(&text), text.len, err);
}

vv_status vv_state_begin_pick(vv_repository *r, const char *kind, const vv_oid *commit,
			      const char *message, vv_error *err)
{
	const char *name = strcmp(kind, "revert") == 0 ? "REVERT_HEAD" : "CHERRY_PICK_HEAD";
	vv_status rc = write_state(r, "MERGE_MSG", message, strlen(message), err);

	return rc < 0 ? rc : write_ids(r, name, commit, 1, err);
}

vv_status vv_state_begin_update(vv_repository *r, const vv_oid *commit, vv_error *err)
{
	return write_ids(r, UPDATE, commit, 1, err);
}

void vv_state_drop_update(vv_repository *r)
{
	vv_auto(char) *path = vv_path_join(r->gitdir, UPDATE, NULL);

	if (path && strcmp(vv_state_name(r), "cherry-pick") != 0) {
		(void)vv_unlink(path, true, VV_IGNORED);
	}
}
