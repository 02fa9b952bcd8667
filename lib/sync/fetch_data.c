/*
 * fetch_data: counts fetched and unavailable versions.
 */
#include "lib/sync/fetch_data.h"

#include <string.h>

#include "base/hint.h"
#include "base/show.h"
#include "lib/sync/named_versions.h"
#include "lib/sync/needed.h"
#include "repo/blocks/reach.h"
#include "repo/blocks/store.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/send.h"
#include "repo/known/elsewhere.h"

typedef struct run {
	vv_fetch_data *f;
	vv_store *store;
	vv_needed *needed;
	vv_cid_set *seen;
	uint64_t failed;
	vv_error first; /* why */
} run;

static vv_status take_root(void *payload, const vv_cid *root, const char *path, vv_error *err)
{
	run *r = payload;
	bool added, complete;
	vv_error why;
	vv_status rc = vv_cid_set_add(r->seen, root, &added, err);

	if (rc < 0 || !added) return rc;
	r->f->versions++;
	if ((rc = vv_store_complete(r->store, root, &complete, NULL, err)) < 0 || complete) {
		return rc < 0 ? rc : vv_needed_is_here(r->needed, root, err);
	}
	if ((rc = vv_needed_fetch(r->needed, root, &why)) == VV_OK) {
		r->f->fetched++;
	} else if (rc == VV_ENOMEM || rc == VV_ECANCELLED) {
		return vv_error_copy(err, &why);
	} else if (r->failed++ == 0) {
		r->first = why;
		vv_prefix(&r->first, "%s", vv_text_shows(path));
	}
	return VV_OK;
}

static vv_status take_new_root(void *payload, const vv_new_root *n, vv_error *err)
{
	run *r = payload;

	if (vv_new_root_is_left(n, r->store, NULL) && !n->link) return VV_OK;
	return take_root(r, &n->root, n->path, err);
}

static vv_status take_all(run *r, vv_error *err)
{
	vv_auto(vv_elsewhere) *e = NULL;
	vv_auto(vv_oids) tips = {0};
	vv_auto(vv_head) head = {0};
	const vv_cid *root;
	vv_status rc;

	if ((rc = vv_head_read(r->f->repo, &head, err)) < 0 ||
	    (!head.unborn && (rc = vv_oids_add(&tips, &head.commit, err)) < 0) ||
	    (rc = vv_ref_tips_list(&tips, r->f->repo, "refs/", err)) < 0 ||
	    (rc = vv_new_roots_each(r->f->repo, tips.items, tips.count, NULL, 0, take_new_root, r,
				    err)) < 0) {
		return rc;
	}
	rc = vv_elsewhere_read(&e, r->f->repo, err);

	for (size_t i = 0; rc == VV_OK && (root = vv_elsewhere_next(e, &i)) != NULL;) {
		rc = take_root(r, root, "a version", err);
	}
	return rc;
}

vv_status vv_fetch_data_run(vv_fetch_data *f, const vv_cid *root, vv_error *err)
{
	run r = {.f = f};
	vv_status rc;

	f->versions = f->fetched = 0;
	if (f->from && f->from->count > VV_NEEDED_FROM_MAX) {
		return vv_fail(err, VV_EUSAGE, "blocks can be fetched from at most %u named peers",
			       VV_NEEDED_FROM_MAX);
	}
	r.seen = vv_cid_set_new();
	if (!f->from) {
		r.needed = vv_needed_new(f->repo);
	} else if (f->from->count > 0) {
		r.needed = vv_needed_new_from(f->repo, f->from);
	} else {
		r.needed = vv_needed_new_asked(f->repo);
	}
	if (!r.seen || !r.needed) {
		rc = vv_fail_nomem(err);
	} else if ((rc = vv_repository_store(f->repo, &r.store, err)) == VV_OK) {
		vv_needed_watch(r.needed, f->progress);
		vv_needed_idle(r.needed, f->idle_sec);
		if (f->erased) {
			vv_needed_allow_erased(r.needed);
		}
		if (root) {
			rc = take_root(&r, root, "the version", err);
		} else if (f->all) {
			rc = take_all(&r, err);
		} else if (f->tips) {
			rc = vv_new_roots_each(f->repo, f->tips, f->tip_count, f->there,
					       f->there_count, take_new_root, &r, err);
		} else {
			rc = vv_named_versions_each(f->repo, f->rev, f->paths, take_root, &r, err);
		}
	}
	vv_needed_free(r.needed);
	vv_cid_set_free(r.seen);
	if (rc == VV_OK && r.failed > 0) {
		*err = r.first;
		rc = vv_prefix(err, "%s could not be fetched",
			       vv_text_counted(r.failed, "version", "versions"));
		return vv_hint_code(err, VV_HINT_FETCH_FROM);
	}
	return rc;
}

vv_status vv_fetch_data_for_push(vv_fetch_data *f, const vv_notes *notes, vv_error *err)
{
	vv_error why;
	const vv_status rc = vv_fetch_data_run(f, NULL, &why);

	if (rc < 0) {
		*err = why;
	} else if (f->fetched > 0 && notes) {
		vv_notes_put(notes, "%s",
			     vv_text_counted(f->fetched,
					     "version was fetched, as the push needs it",
					     "versions were fetched, as the push needs them"));
	}
	if (rc < 0) return rc;
	return f->fetched > 0 ? VV_OK : VV_EMISSING;
}
