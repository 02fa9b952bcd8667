/*
 * fetch_data: knows which versions a revision and paths mean.
 */
#include "cmd/work/peers/fetch_data.h"

#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/show.h"
#include "cmd/work/peers/fetch_run.h"
#include "repo/blocks/reach.h"
#include "repo/blocks/store.h"
#include "repo/git/blob.h"
#include "repo/git/history/history.h"
#include "repo/git/history/revision.h"
#include "repo/git/pointer.h"
#include "repo/git/tree.h"
#include "repo/transfer/send.h"

typedef struct run {
	vv_fetch_data *f;
	vv_store *store;
	vv_needed *needed;
	vv_cid_set *seen;
	uint64_t failed;
	vv_error first; /* why */
} run;

static bool is_wanted(const run *r, const char *path)
{
	const char *const *p = r->f->paths;
	bool wanted = !p || !*p;

	for (; p && *p && !wanted; p++) {
		size_t len = strlen(*p);
		wanted = len == 0 ||
			 (strncmp(path, *p, len) == 0 && (path[len] == '\0' || path[len] == '/'));
	}
	return wanted;
}

static vv_status take_root(run *r, const vv_cid *root, const char *path, vv_error *err)
{
	bool added, complete;
	vv_cid missing;
	vv_error why;
	vv_status rc = vv_cid_set_add(r->seen, root, &added, err);

	if (rc < 0 || !added) {
		return rc;
	}
	r->f->versions++;
	if ((rc = vv_store_complete(r->store, root, &complete, &missing, err)) < 0 || complete) {
		return rc;
	}
	if ((rc = vv_needed_fetch(r->needed, root, &why)) == VV_OK) {
		r->f->fetched++;
	} else if (rc == VV_ENOMEM) {
		return vv_fail_nomem(err);
	} else if (r->failed++ == 0) {
		r->first = why;
		vv_prefix(&r->first, "%s", vv_text_shows(path));
	}
	return VV_OK;
}

static vv_status on_entry(void *payload, const vv_tree_entry *e, vv_error *err)
{
	run *r = payload;
	vv_arena arena = VV_ARENA_INIT;
	vv_buf text = VV_BUF_INIT;
	uint64_t size;
	vv_pointer p;
	vv_error ignored;
	vv_status rc;

	if (!S_ISREG(e->mode) || !is_wanted(r, e->path)) {
		return VV_OK;
	}
	if ((rc = vv_blob_size(r->f->repo, &e->id, &size, err)) < 0 || size > VV_POINTER_MAX) {
		return rc;
	}
	if ((rc = vv_blob_read(r->f->repo, &e->id, VV_POINTER_MAX, &text, err)) == VV_OK &&
	    vv_pointer_read(&p, &arena, vv_buf_cstr(&text), text.len, &ignored) == VV_OK) {
		rc = take_root(r, &p.root, e->path, err);
	}
	vv_buf_clear(&text);
	vv_arena_clear(&arena);
	return rc;
}

static vv_status on_root(void *payload, const vv_new_root *n, vv_error *err)
{
	run *r = payload;

	return is_wanted(r, n->path) ? take_root(r, &n->root, n->path, err) : VV_OK;
}

static vv_status take_versions(run *r, vv_error *err)
{
	const char *rev = r->f->rev ? r->f->rev : "HEAD";
	vv_range range;
	vv_oid id;
	vv_status rc;

	if (!strstr(rev, "..")) {
		rc = vv_rev_commit(r->f->repo, rev, &id, err);
		return rc < 0 ? rc : vv_tree_each(r->f->repo, &id, "", on_entry, r, err);
	}
	if ((rc = vv_rev_range(r->f->repo, rev, &range, err)) < 0 ||
	    (range.has_exclude &&
	     (rc = vv_tree_each(r->f->repo, &range.exclude, "", on_entry, r, err)) < 0)) {
		return rc;
	}
	return vv_new_roots_each(r->f->repo, &range.include, 1, &range.exclude, range.has_exclude,
				 on_root, r, err);
}

vv_status vv_fetch_data_run(vv_fetch_data *f, vv_error *err)
{
	run r = {.f = f};
	vv_status rc;

	f->versions = f->fetched = 0;
	r.seen = vv_cid_set_new();
	r.needed = f->from->count > 0 ? vv_needed_new_from(f->repo, f->from)
				      : vv_needed_new_asked(f->repo);
	if (!r.seen || !r.needed) {
		rc = vv_fail_nomem(err);
	} else if ((rc = vv_repository_store(f->repo, &r.store, err)) == VV_OK) {
		rc = take_versions(&r, err);
	}
	vv_needed_free(r.needed);
	vv_cid_set_free(r.seen);
	if (rc == VV_OK && r.failed > 0) {
		*err = r.first;
		rc = vv_prefix(err, "%s could not be fetched",
			       vv_text_counted(r.failed, "version", "versions"));
		return err->hint[0] ? rc
				    : vv_hint(err, "another repository may have them: 'varve fetch "
						   "--data --from URL ...'");
	}
	return rc == VV_OK && f->versions == 0 && f->paths && f->paths[0]
		       ? vv_fail(err, VV_ENOTFOUND, "no dataset at '%s' there",
				 vv_text_shows(f->paths[0]))
		       : rc;
}
