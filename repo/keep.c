/*
 * keep: knows in which order and with which likeness gc is told of the blocks.
 */
#include "repo/keep.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/sys.h"
#include "repo/cbor.h"
#include "repo/roots.h"

/* The newest root met so far at each path: what older ones there resemble. */
typedef struct seen {
	char *path; /* NULL: free slot */
	vv_cid root;
} seen;

typedef struct pair {
	vv_cid cid, resembles; /* resembles null: nothing */
} pair;

typedef struct links {
	vv_cid *items;
	size_t count, cap;
} links;

typedef struct place {
	vv_cid cid;
	size_t at;
} place;

typedef struct marking {
	vv_keep *keep;
	vv_gc *gc;
	vv_store *store;
	seen *paths; /* open-addressed; cap is a power of two */
	size_t path_count, path_cap;
	pair *stack;
	size_t depth, stack_cap;
	links older, newer; /* of the node at hand, and of what it resembles */
	place *places;      /* of newer's links, sorted by CID */
	size_t place_cap;
	vv_buf block;
	uint64_t blocks;
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

static vv_status push(marking *m, const vv_cid *cid, const vv_cid *resembles, vv_error *err)
{
	if (m->depth == m->stack_cap) {
		size_t cap = m->stack_cap ? m->stack_cap * 2 : 1024;
		pair *stack = vv_realloc_array(m->stack, cap, sizeof(*stack));

		if (!stack) {
			return vv_fail_nomem(err);
		}
		m->stack = stack;
		m->stack_cap = cap;
	}
	memset(&m->stack[m->depth], 0, sizeof(pair));
	m->stack[m->depth].cid = *cid;
	if (resembles) {
		m->stack[m->depth].resembles = *resembles;
	}
	m->depth++;
	return VV_OK;
}

static vv_status add_link(void *payload, const vv_cid *link, vv_error *err)
{
	links *l = payload;

	if (l->count == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 256;
		vv_cid *items = vv_realloc_array(l->items, cap, sizeof(*items));

		if (!items) {
			return vv_fail_nomem(err);
		}
		l->items = items;
		l->cap = cap;
	}
	l->items[l->count++] = *link;
	return VV_OK;
}

/* A block that is not here has no links that could be followed. */
static vv_status read_links(marking *m, const vv_cid *cid, links *out, vv_error *err)
{
	vv_status rc;

	out->count = 0;
	if (vv_cid_is_null(cid) || cid->codec != VV_CODEC_DAG_CBOR) {
		return VV_OK;
	}
	rc = vv_store_get(m->store, cid, &m->block, err);
	if (rc == VV_EMISSING) {
		return VV_OK;
	}
	return rc < 0 ? rc : vv_cbor_links(m->block.data, m->block.len, add_link, out, err);
}

static int compare_places(const void *a, const void *b)
{
	return vv_cid_compare(&((const place *)a)->cid, &((const place *)b)->cid);
}

static vv_status sort_newer(marking *m, vv_error *err)
{
	size_t i;

	if (m->newer.count > m->place_cap) {
		place *places = vv_realloc_array(m->places, m->newer.count, sizeof(*places));

		if (!places) {
			return vv_fail_nomem(err);
		}
		m->places = places;
		m->place_cap = m->newer.count;
	}
	for (i = 0; i < m->newer.count; i++) {
		m->places[i].cid = m->newer.items[i];
		m->places[i].at = i;
	}
	if (m->newer.count > 1) {
		qsort(m->places, m->newer.count, sizeof(place), compare_places);
	}
	return VV_OK;
}

/* Pushes the node's links, the first on top, each with its counterpart. Going through
 * both in step, a link that the newer node has too sets the step anew. */
static vv_status push_links(marking *m, vv_error *err)
{
	size_t i, bottom = m->depth, at = 0;
	vv_status rc = sort_newer(m, err);

	for (i = 0; rc == VV_OK && i < m->older.count; i++) {
		const vv_cid *link = &m->older.items[i], *like = NULL;
		place key, *found;

		key.cid = *link;
		found = m->newer.count ? bsearch(&key, m->places, m->newer.count, sizeof(place),
						 compare_places)
				       : NULL;
		if (found) {
			at = found->at + 1;
			continue; /* the newer version has it: marked already, with all below it */
		}
		if (at < m->newer.count) {
			like = &m->newer.items[at++];
		}
		rc = push(m, link, like && like->codec == link->codec ? like : NULL, err);
	}
	/* The stack gives the last first. */
	for (i = 0; rc == VV_OK && i < (m->depth - bottom) / 2; i++) {
		pair swap = m->stack[bottom + i];

		m->stack[bottom + i] = m->stack[m->depth - 1 - i];
		m->stack[m->depth - 1 - i] = swap;
	}
	return rc;
}

static vv_status mark_from(marking *m, const vv_cid *root, const vv_cid *newer, vv_error *err)
{
	vv_status rc = push(m, root, newer, err);

	while (rc == VV_OK && m->depth > 0) {
		pair p = m->stack[--m->depth];
		bool first;

		rc = vv_gc_mark(m->gc, &p.cid, vv_cid_is_null(&p.resembles) ? NULL : &p.resembles,
				&first, err);
		if (rc < 0 || !first || p.cid.codec != VV_CODEC_DAG_CBOR) {
			continue;
		}
		if ((rc = read_links(m, &p.resembles, &m->newer, err)) == VV_OK &&
		    (rc = read_links(m, &p.cid, &m->older, err)) == VV_OK) {
			rc = push_links(m, err);
		}
	}
	return rc;
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
	return mark_from(m, cid, vv_cid_is_null(&newer) ? NULL : &newer, err);
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
	if ((rc = vv_repository_store(m.keep->repo, &m.store, err)) == VV_OK) {
		rc = vv_roots_each(m.keep->repo, on_root, &m, err);
	}
	if (rc == VV_ECORRUPT) {
		vv_hint(err, "'varve fsck' tells what is damaged; nothing was removed");
	}
	for (i = 0; i < m.path_cap; i++) {
		vv_free(m.paths[i].path);
	}
	vv_free(m.paths);
	vv_free(m.stack);
	vv_free(m.older.items);
	vv_free(m.newer.items);
	vv_free(m.places);
	vv_buf_clear(&m.block);
	return rc;
}
