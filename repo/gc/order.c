/*
 * order: knows in which order gc is told of the versions, and what each of them resembles.
 */
#include "repo/gc/order.h"

#include <string.h>

#include "base/hash.h"
#include "base/sys.h"
#include "repo/blocks/resemble.h"
#include "repo/gc/roots.h"
#include "repo/transfer/incoming.h"

/* The newest root met so far at each path: what older ones there resemble. */
typedef struct seen {
	char *path; /* NULL: free slot */
	vv_cid root;
} seen;

typedef struct marking {
	vv_keep *keep;
	vv_gc *gc;
	vv_store *store;
	seen *paths; /* open-addressed; cap is a power of two */
	size_t path_count, path_cap;
	uint64_t missing;
	vv_resemble walk;
} marking;

static seen *find_path(seen *paths, size_t cap, const char *path)
{
	size_t i = (size_t)vv_xxh3(path, strlen(path), 0) & (cap - 1);

	while (paths[i].path && strcmp(paths[i].path, path) != 0) {
		i = (i + 1) & (cap - 1);
	}
	return &paths[i];
}

static vv_status grow_paths(marking *m, vv_error *err)
{
	size_t cap = m->path_cap ? m->path_cap * 2 : 256, i;
	seen *paths;

	if (m->path_cap && m->path_count < m->path_cap / 2) {
		return VV_OK;
	}
	paths = vv_calloc(cap, sizeof(seen));
	if (!paths) {
		return vv_fail_nomem(err);
	}
	for (i = 0; i < m->path_cap; i++) {
		if (m->paths[i].path) {
			*find_path(paths, cap, m->paths[i].path) = m->paths[i];
		}
	}
	vv_free(m->paths);
	m->paths = paths;
	m->path_cap = cap;
	return VV_OK;
}

/* Notes root as the newest so far at path; *newer is the one noted before, or null. */
static vv_status note_path(marking *m, const char *path, const vv_cid *root, vv_cid *newer,
			   vv_error *err)
{
	seen *s;
	vv_status rc;

	memset(newer, 0, sizeof(*newer));
	if (!path) {
		return VV_OK;
	}
	if ((rc = grow_paths(m, err)) < 0) {
		return rc;
	}
	s = find_path(m->paths, m->path_cap, path);
	if (s->path) {
		*newer = s->root;
	} else {
		if (!(s->path = vv_strdup(path))) {
			return vv_fail_nomem(err);
		}
		m->path_count++;
	}
	s->root = *root;
	return VV_OK;
}

static vv_status mark_block(void *payload, const vv_cid *cid, const vv_cid *like, bool *first,
			    vv_error *err)
{
	marking *m = payload;

	return vv_gc_mark(m->gc, cid, like, first, err);
}

static vv_status get_block(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	marking *m = payload;

	return vv_store_get(m->store, cid, out, err);
}

static vv_status on_root(void *payload, const vv_cid *cid, const char *path, const vv_oid *commit,
			 const char *what, vv_error *err)
{
	marking *m = payload;
	vv_cid newer;
	vv_status rc;

	(void)commit;
	(void)what;
	if (!cid || vv_cid_is_null(cid)) {
		return VV_OK; /* a pointer that cannot be read names nothing; fsck tells of it */
	}
	m->keep->roots++;
	vv_progress_update(m->keep->progress, "versions", m->keep->roots, 0);
	if ((rc = note_path(m, path, cid, &newer, err)) < 0) {
		return rc;
	}
	return vv_resemble_walk(&m->walk, cid, &newer, err);
}

static vv_status on_incoming(void *payload, const vv_cid *cid, vv_error *err)
{
	marking *m = payload;

	return vv_resemble_walk(&m->walk, cid, NULL, err);
}

vv_status vv_keep_mark(void *payload, vv_gc *gc, vv_error *err)
{
	marking m;
	vv_status rc;
	size_t i;

	memset(&m, 0, sizeof(m));
	m.keep = payload;
	m.keep->roots = 0;
	m.gc = gc;
	m.walk.get = get_block;
	m.walk.mark = mark_block;
	m.walk.payload = &m;
	m.walk.missing = &m.missing;
	if ((rc = vv_repository_store(m.keep->repo, &m.store, err)) == VV_OK) {
		rc = vv_roots_each(m.keep->repo, on_root, &m, err);
	}
	if (rc == VV_OK) {
		rc = vv_incoming_each(m.keep->repo, on_incoming, &m, err);
	}
	if (rc == VV_ECORRUPT) {
		vv_hint(err, "'varve fsck' lists what is damaged; nothing was removed");
	}
	for (i = 0; i < m.path_cap; i++) {
		vv_free(m.paths[i].path);
	}
	vv_free(m.paths);
	return rc;
}
