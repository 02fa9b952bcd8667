/*
 * state: the files in which Git notes what is under way, and which of them a commit
 * takes away.
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

static bool has_file(const vv_repository *r, const char *name)
{
	char *path = vv_path_join(r->gitdir, name, NULL);
	bool there = path && vv_exists(path);

	vv_free(path);
	return there;
}

const char *vv_state_name(vv_repository *r)
{
	if (has_file(r, "rebase-merge") || has_file(r, "rebase-apply/rebasing")) {
		return "rebase";
	}
	if (has_file(r, "rebase-apply")) {
		return "am";
	}
	if (has_file(r, "MERGE_HEAD")) {
		return "merge";
	}
	if (has_file(r, "REVERT_HEAD")) {
		return "revert";
	}
	if (has_file(r, "CHERRY_PICK_HEAD")) {
		return "cherry-pick";
	}
	return has_file(r, "BISECT_LOG") ? "bisect" : "";
}

/* Appends a file of the Git folder; a missing one is VV_ENOTFOUND. */
static vv_status read_state(const vv_repository *r, const char *name, size_t max, vv_buf *out,
			    vv_error *err)
{
	char *path = vv_path_join(r->gitdir, name, NULL);
	vv_status rc = path ? vv_read_file(out, path, max, err) : vv_fail_nomem(err);

	vv_free(path);
	return rc;
}

static vv_status write_state(const vv_repository *r, const char *name, const char *text, size_t len,
			     vv_error *err)
{
	char *path = vv_path_join(r->gitdir, name, NULL);
	vv_status rc = path ? vv_write_file(path, text, len, false, err) : vv_fail_nomem(err);

	vv_free(path);
	return rc;
}

static vv_status parse_ids(const vv_buf *text, const char *name, vv_oid **out, size_t *count,
			   vv_error *err)
{
	const char *p = vv_buf_cstr(text), *end = p + text->len;

	*out = NULL;
	*count = 0;
	if (!(*out = vv_calloc(text->len / VV_OID_TEXT + 1, sizeof(vv_oid)))) {
		return vv_fail_nomem(err);
	}
	while (p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t len = eol ? (size_t)(eol - p) : (size_t)(end - p);

		if (!vv_oid_parse(&(*out)[*count], p, len)) {
			vv_free(*out);
			*out = NULL;
			*count = 0;
			return vv_fail(err, VV_ECORRUPT,
				       "'%s' in the Git folder is damaged: expected commit ids",
				       name);
		}
		++*count;
		p += len + (eol != NULL);
	}
	return VV_OK;
}

vv_status vv_state_merge_heads(vv_repository *r, vv_oid **out, size_t *count, vv_error *err)
{
	vv_buf text = VV_BUF_INIT;
	vv_status rc = read_state(r, "MERGE_HEAD", HEADS_BYTES_MAX, &text, err);

	*out = NULL;
	*count = 0;
	if (rc == VV_OK) {
		rc = parse_ids(&text, "MERGE_HEAD", out, count, err);
	} else if (rc == VV_ENOTFOUND) {
		rc = VV_OK;
	}
	vv_buf_clear(&text);
	return rc;
}

vv_status vv_state_pick(vv_repository *r, vv_oid *out, vv_error *err)
{
	const char *name = has_file(r, "REVERT_HEAD") ? "REVERT_HEAD" : "CHERRY_PICK_HEAD";
	vv_buf text = VV_BUF_INIT;
	vv_oid *ids = NULL;
	size_t count = 0;
	vv_status rc = read_state(r, name, HEADS_BYTES_MAX, &text, err);

	if (rc == VV_ENOTFOUND) {
		rc = vv_fail(err, VV_ENOTFOUND, "no revert or cherry-pick is under way");
	} else if (rc == VV_OK && (rc = parse_ids(&text, name, &ids, &count, err)) == VV_OK &&
		   count != 1) {
		rc = vv_fail(err, VV_ECORRUPT,
			     "'%s' in the Git folder is damaged: expected one commit id", name);
	}
	if (rc == VV_OK) {
		*out = ids[0];
	}
	vv_free(ids);
	vv_buf_clear(&text);
	return rc;
}

vv_status vv_state_message(vv_repository *r, vv_buf *out, vv_error *err)
{
	vv_status rc = read_state(r, "MERGE_MSG", MESSAGE_BYTES_MAX, out, err);

	if (rc == VV_ENOTFOUND) {
		vv_error_clear(err);
		rc = VV_OK;
	}
	return rc;
}

/* What git commit takes away; MERGE_HEAD first, so that a crash in between cannot
 * leave a merge that was made already. */
static const char *const state_files[] = {"MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD",
					  "MERGE_MSG",  "MERGE_MODE",       "SQUASH_MSG",
					  "MERGE_RR",   "AUTO_MERGE"};

vv_status vv_state_sync(vv_repository *r, vv_error *err)
{
	vv_status rc = VV_OK;
	size_t i;

	for (i = 0; rc == VV_OK && i < sizeof(state_files) / sizeof(state_files[0]); i++) {
		char *path = vv_path_join(r->gitdir, state_files[i], NULL);
		int fd = path ? vv_open(path, 0, 0, err) : vv_fail_nomem(err);

		rc = fd >= 0 ? vv_fsync(fd, path, err) : fd == VV_ENOTFOUND ? VV_OK : (vv_status)fd;
		if (fd >= 0) {
			(void)vv_close(fd, path, NULL);
		}
		vv_free(path);
	}
	return rc == VV_OK ? vv_fsync_dir(r->gitdir, err) : rc;
}

vv_status vv_state_cleanup(vv_repository *r, vv_error *err)
{
	vv_status rc = VV_OK;
	size_t i;

	for (i = 0; rc == VV_OK && i < sizeof(state_files) / sizeof(state_files[0]); i++) {
		char *path = vv_path_join(r->gitdir, state_files[i], NULL);

		rc = path ? vv_unlink(path, true, err) : vv_fail_nomem(err);
		vv_free(path);
	}
	return rc;
}

static vv_status write_ids(vv_repository *r, const char *name, const vv_oid *ids, size_t count,
			   vv_error *err)
{
	vv_buf text = VV_BUF_INIT;
	size_t i;
	vv_status rc;

	for (i = 0; i < count; i++) {
		char hex[VV_OID_TEXT + 1];

		vv_oid_text(hex, &ids[i]);
		vv_buf_printf(&text, "%s\n", hex);
	}
	if ((rc = vv_buf_ok(&text, err)) == VV_OK) {
		rc = write_state(r, name, vv_buf_cstr(&text), text.len, err);
	}
	vv_buf_clear(&text);
	return rc;
}

vv_status vv_state_orig_head(vv_repository *r, const vv_oid *commit, vv_error *err)
{
	return write_ids(r, "ORIG_HEAD", commit, 1, err);
}

vv_status vv_state_begin_merge(vv_repository *r, const vv_oid *heads, size_t count,
			       const char *message, vv_error *err)
{
	vv_status rc;

	if ((rc = write_state(r, "MERGE_MSG", message, strlen(message), err)) < 0 ||
	    (rc = write_state(r, "MERGE_MODE", "", 0, err)) < 0) {
		return rc;
	}
	return write_ids(r, "MERGE_HEAD", heads, count, err);
}

vv_status vv_state_begin_pick(vv_repository *r, const char *kind, const vv_oid *commit,
			      const char *message, vv_error *err)
{
	const char *name = strcmp(kind, "revert") == 0 ? "REVERT_HEAD" : "CHERRY_PICK_HEAD";
	vv_status rc = write_state(r, "MERGE_MSG", message, strlen(message), err);

	return rc < 0 ? rc : write_ids(r, name, commit, 1, err);
}
