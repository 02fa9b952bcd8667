/*
 * serve_repo: knows what a pushed version must be here, and how the work tree follows.
 */
#include "cmd/serve_repo.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/changes.h"
#include "cmd/checkout.h"
#include "cmd/switch_tree.h"
#include "cmd/transfer.h"
#include "repo/history.h"
#include "repo/index.h"
#include "transport/frame.h"
#include "transport/serve.h"

typedef struct serving {
	vv_repository *repo;
	vv_transfer check; /* for vv_transfer_check: its pool and what it remembers */
} serving;

/* --- which repository --------------------------------------------------------------------- */

static bool same_folder(const char *real, const char *other)
{
	char path[PATH_MAX];
	return other && realpath(other, path) && strcmp(path, real) == 0;
}

/* path itself, or path with .git behind; never a repository further up. */
static vv_status open_exactly(vv_repository **out, const char *path, vv_error *err)
{
	static const char *const suffixes[] = {"", ".git"};
	char real[PATH_MAX];
	vv_error why;

	*out = NULL;
	vv_fail(err, VV_ENOTFOUND, "there is no repository at '%s'", vv_text_shows(path));
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		vv_buf b = VV_BUF_INIT;
		vv_repository *r = NULL;
		vv_buf_printf(&b, "%s%s", path, suffixes[i]);
		bool there = !b.failed && realpath(b.data, real) != NULL;
		vv_buf_clear(&b);
		if (!there) {
			continue;
		}
		vv_status rc = vv_repository_open(&r, real, &why);
		if (rc == VV_OK && (same_folder(real, vv_repository_workdir(r)) ||
				    same_folder(real, vv_repository_gitdir(r)) ||
				    same_folder(real, vv_repository_commondir(r)))) {
			*out = r;
			return VV_OK;
		}
		vv_repository_close(r);
		if (rc < 0 && rc != VV_ENOTFOUND) {
			*err = why;
			return rc;
		}
	}
	return VV_ENOTFOUND;
}

/* --- the work tree follows (receive.denyCurrentBranch=updateInstead) ------------------------- */

static vv_status is_clean(vv_repository *r, vv_error *err)
{
	const vv_changes_options o = {0};
	vv_changes c = {0};
	vv_stage *stage = NULL;
	vv_index *index = NULL;
	vv_status rc;

	if ((rc = vv_index_open(&index, r, err)) == VV_OK && (rc = vv_stage_open(&stage, r, NULL, err)) == VV_OK &&
	    (rc = vv_changes_read(&c, r, index, stage, &o, err)) == VV_OK) {
		if (c.staged + c.unstaged + c.conflicts > 0) {
			rc = vv_fail(err, VV_EREFUSED, "the work tree there has changes that are not committed");
		}
		vv_changes_clear(&c);
	}
	vv_stage_close(stage);
	vv_index_close(index);
	return rc;
}

static vv_status write_files(vv_repository *r, const vv_push_ref *head, vv_error *err)
{
	vv_index *index = NULL;
	vv_stage *stage = NULL;
	vv_checkout checkout = {0};
	vv_tree_switch s = {0};
	vv_status rc;

	if ((rc = vv_index_open(&index, r, err)) == VV_OK && (rc = vv_stage_open(&stage, r, NULL, err)) == VV_OK) {
		vv_checkout_init(&checkout, r, stage, index);
		checkout.pointer_ok = true;
		if ((rc = vv_tree_switch_plan(&s, &checkout, &head->old, &head->id, false, err)) == VV_OK &&
		    (rc = vv_tree_switch_run(&s, err)) == VV_OK) {
			rc = vv_index_write(index, err);
		}
		vv_tree_switch_clear(&s);
		vv_checkout_clear(&checkout);
	}
	vv_stage_close(stage);
	vv_index_close(index);
	return rc;
}

static vv_status update_tree(void *payload, const vv_push_ref *head, bool check_only, vv_error *err)
{
	serving *s = payload;
	return check_only ? is_clean(s->repo, err) : write_files(s->repo, head, err);
}

static vv_status check(void *payload, vv_repository *with, vv_incoming *in, const vv_new_root *version,
		       vv_error *err)
{
	serving *s = payload;
	return vv_transfer_check(&s->check, with, in, version, err);
}

/* --- the line ----------------------------------------------------------------------------- */

/* The peer waits for an answer: it is told why there will be none. */
static vv_status refuse(const vv_serve_repo *s, vv_channel *line, const vv_error *why)
{
	vv_error ignored;

	if (!s->one) {
		(void)vv_channel_write(line, VV_GREETING, strlen(VV_GREETING), &ignored);
		(void)vv_channel_turn(line, &ignored);
	}
	vv_frame_reader in;
	vv_frame_reader_init(&in, line, 64u << 20);
	(void)vv_frame_drain(&in, &ignored);
	vv_frame_reader_clear(&in);
	(void)vv_frame_fail(line, why, &ignored);
	return why->code;
}

vv_status vv_serve_repo_run(vv_serve_repo *s, vv_channel *line, vv_error *err)
{
	serving state = {0};
	vv_serve serve = {.check = check, .update_tree = update_tree, .payload = &state, .writable = s->writable};
	vv_status rc = open_exactly(&state.repo, s->path, err);

	s->op = "open";
	s->failed = true;
	if (rc < 0 || (rc = vv_receive_limits_load(&serve.limits, state.repo, err)) < 0 ||
	    (rc = vv_transfer_open(&state.check, state.repo, true, 0, err)) < 0) {
		vv_repository_close(state.repo);
		return refuse(s, line, err);
	}
	serve.repo = state.repo;
	rc = s->one ? vv_serve_request(&serve, line, err) : vv_serve_line(&serve, line, err);
	s->op = serve.op ? serve.op : "none";
	s->failed = serve.failed;
	vv_transfer_close(&state.check);
	vv_repository_close(state.repo);
	return rc;
}
