/*
 * conclude: hooks that git commit does not run, and the rest by a commit of the index.
 */
#include "lib/commit/conclude.h"

#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "lib/commit/make.h"
#include "repo/git/history/state.h"
#include "repo/git/tree.h"
#include "repo/git/verb/hook.h"

#define PACKAGE "datapackage.json"

typedef struct search {
	vv_repository *repo;
	const vv_oid *to;
	bool *found;
} search;

/* A schema that a package names, or the package. */
static vv_status look_at(void *payload, const vv_change *c, vv_error *err)
{
	const search *s = payload;
	vv_auto(char) *above = vv_strdup(c->path);
	char *slash;

	if (!above) return vv_fail_nomem(err);
	if (c->new_mode == 0 || strcmp(vv_path_ext(c->path), "json") != 0) return VV_OK;
	while (!*s->found) {
		slash = strrchr(above, '/');
		vv_auto(char) *package = slash ? vv_asprintf("%.*s/" PACKAGE, (int)(slash - above),
							     above)
					       : vv_strdup(PACKAGE);
		vv_auto(vv_tree_entry) e = {0};

		if (!package) return vv_fail_nomem(err);
		const vv_status rc = vv_tree_entry_at(s->repo, s->to, package, &e, err);
		*s->found = rc == VV_OK;
		if (!slash || (rc < 0 && rc != VV_ENOTFOUND)) return vv_missing_ok(rc, err);
		*slash = '\0';
	}
	return VV_OK;
}

vv_status vv_conclude_is_needed(bool *needed, vv_repository *r, const vv_oid *from,
				const vv_oid *to, vv_error *err)
{
	search s = {r, to, needed};

	*needed = false;
	return vv_tree_changes(r, from, to, "", look_at, &s, err);
}

static vv_status add_to_message(const vv_conclusion *c, vv_error *err)
{
	vv_auto(char) *file = vv_path_join(vv_repository_gitdir(c->repo), "MERGE_MSG",
					   (char *)NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = file ? vv_state_message(c->repo, &text, err) : vv_fail_nomem(err);

	if (rc < 0 || !c->more || c->more->len == 0) return rc;
	rc = vv_buf_write(&text, c->more->data, c->more->len, err);
	return rc < 0 ? rc : vv_write_file(file, text.data, text.len, true, err);
}

vv_status vv_conclude(const vv_conclusion *c, vv_error *err)
{
	static const char *const no_squash[] = {"0", NULL};
	const char *const words[] = {c->edit ? "--edit" : "--no-edit",
				     c->no_verify ? "--no-verify" : NULL, NULL};
	vv_auto(vv_dataset_writer) *writer = NULL;
	vv_auto(vv_commit_job) job = {.repo = c->repo, .no_check = true, .git = words};
	vv_error later;
	bool ran;
	vv_status rc;

	if ((c->before && !c->no_verify &&
	     (rc = vv_hook_run(c->repo, c->before, NULL, &ran, err)) < 0) ||
	    (rc = add_to_message(c, err)) < 0 ||
	    (rc = vv_dataset_writer_open(&writer, c->repo,
					 vv_notes_begin(vv_repository_notes(c->repo)), err)) < 0) {
		return rc;
	}
	job.writer = writer;
	rc = vv_commit_make(&job, err);
	if (job.made && c->after && vv_hook_run(c->repo, c->after, no_squash, &ran, &later) < 0) {
		vv_notes_warn(vv_repository_notes(c->repo), "%s", later.message);
	}
	return rc;
}
