/*
 * order: the order of versions for gc, and the similar version of each.
 */
#include "repo/known/order.h"

#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/hint.h"
#include "base/sys.h"
#include "repo/blocks/resemble.h"
#include "repo/known/incoming.h"
#include "repo/known/roots.h"

/* The newest root met so far at each path: what older ones there resemble. */
typedef struct seen {
	const char *path;
	vv_cid root;
} seen;

typedef struct marking {
	vv_keep *keep;
	vv_gc *gc;
	vv_store *store;
	seen *paths;
	size_t path_count, path_cap;
	vv_hash_index index; /* of paths */
	vv_arena names;
	uint64_t missing;
	vv_resemble walk, leave; /* kept versions, and those that others store */
	vv_cid_set in_use;       /* with drop: versions in an index, or published, now */
} marking;

/* Notes root as the newest so far at path; *newer is the one noted before, or null. */
static vv_status note_path(marking *m, const char *path, const vv_cid *root, vv_cid *newer,
			   vv_error *err)
{
	uint64_t hash = path ? vv_xxh3(path, strlen(path), vv_hash_seed()) : 0;

	memset(newer, 0, sizeof(*newer));
	if (!path) return VV_OK;
	seen *s = vv_hash_find(m->paths, &m->index, hash, i, strcmp(i->path, path) == 0);
	if (s) {
		*newer = s->root;
		s->root = *root;
		return VV_OK;
	}
	const char *copy = vv_arena_strndup(&m->names, path, strlen(path));
	return copy && vv_hash_add(m->paths, m->path_count, m->path_cap, &m->index, hash,
				   (seen){copy, *root})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static vv_status mark_block(void *payload, const vv_cid *cid, const vv_cid *like, bool *first,
			    vv_error *err)
{
	marking *m = payload;

	return vv_gc_mark(m->gc, cid, like, first, err);
}

static vv_status expend_block(void *payload, const vv_cid *cid, const vv_cid *like VV_UNUSED,
			      bool *first, vv_error *err)
{
	marking *m = payload;

	return vv_gc_expend(m->gc, cid, first, err);
}

static vv_status get_block(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	marking *m = payload;

	return vv_store_get(m->store, cid, out, err);
}

static vv_status on_root(void *payload, const vv_cid *cid, const char *path,
			 const vv_oid *commit VV_UNUSED, const char *what, vv_error *err)
{
	marking *m = payload;
	vv_cid newer;
	vv_status rc;

	if (!cid || vv_cid_is_null(cid)) {
		return VV_OK; /* an unreadable pointer: fsck reports it */
	}
	if (what) {
		return vv_resemble_walk(&m->walk, cid, NULL, err); /* kept if it is stored here */
	}
	if (m->keep->drop && vv_cid_set_has(m->keep->drop, cid) &&
	    !vv_cid_set_has(&m->in_use, cid)) {
		return vv_resemble_walk(&m->leave, cid, NULL, err);
	}
	m->keep->roots++;
	if ((rc = vv_progress_update(m->keep->progress, "versions", m->keep->roots, 0, err)) < 0 ||
	    (rc = note_path(m, path, cid, &newer, err)) < 0) {
		return rc;
	}
	return vv_resemble_walk(&m->walk, cid, &newer, err);
}

static vv_status on_used_root(void *payload, const vv_cid *cid, const char *path VV_UNUSED,
			      const vv_oid *commit VV_UNUSED, const char *what VV_UNUSED,
			      vv_error *err)
{
	marking *m = payload;
	bool added;

	return cid ? vv_cid_set_add(&m->in_use, cid, &added, err) : VV_OK;
}

static vv_status on_incoming(void *payload, const vv_cid *cid, vv_error *err)
{
	marking *m = payload;

	return vv_resemble_walk(&m->walk, cid, NULL, err);
}

static vv_status expend_unnamed(marking *m, vv_error *err)
{
	const vv_cid_set *roots = m->keep->unnamed;
	vv_status rc = VV_OK;

	for (size_t i = 0; roots && rc == VV_OK && i < vv_cid_set_count(roots); i++) {
		rc = vv_resemble_walk(&m->leave, vv_cid_set_at(roots, i), NULL, err);
	}
	return rc;
}

static void marking_clear(marking *m)
{
	vv_arena_clear(&m->names);
	vv_free(m->paths);
	vv_cid_set_reset(&m->in_use);
	vv_hash_index_clear(&m->index);
}

VV_AUTO_CLEAR(marking, marking_clear)

vv_status vv_keep_mark(void *payload, vv_gc *gc, vv_error *err)
{
	vv_auto(marking) m = {.keep = payload,
			      .gc = gc,
			      .walk = {.get = get_block,
				       .mark = mark_block,
				       .payload = &m,
				       .missing = &m.missing}};
	vv_status rc;

	m.keep->roots = 0;
	m.leave = m.walk;
	m.leave.mark = expend_block;
	if ((rc = vv_repository_store(m.keep->repo, &m.store, err)) < 0 ||
	    (m.keep->drop &&
	     (rc = vv_roots_in_use_each(m.keep->repo, on_used_root, &m, err)) < 0) ||
	    (rc = vv_roots_each(m.keep->repo, on_root, &m, err)) < 0 ||
	    (rc = expend_unnamed(&m, err)) < 0 ||
	    (rc = vv_incoming_each(m.keep->repo, on_incoming, &m, err)) < 0) {
		if (rc == VV_ECORRUPT) {
			vv_hint_code(err, VV_HINT_FSCK);
		}
		return rc;
	}
	return VV_OK;
}
