/*
 * name_clash: a hash table of folded names.
 */
#include "cmd/work/commit/name_clash.h"

#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"

typedef struct name {
	const char *folded; /* NULL: a free slot; in the arena, both */
	const char *path;
	bool written;
} name;

struct vv_clash {
	const vv_index *index;
	bool folds; /* does the file system? Else nothing is kept */
	vv_arena arena;
	name *slots; /* open addressing; cap is a power of two, at most half full */
	size_t cap, used;
};

static name *find(const vv_clash *c, const char *folded)
{
	size_t i = (size_t)vv_xxh3(folded, strlen(folded), 0) & (c->cap - 1);

	while (c->slots[i].folded && strcmp(c->slots[i].folded, folded) != 0) {
		i = (i + 1) & (c->cap - 1);
	}
	return &c->slots[i];
}

static vv_status grow(vv_clash *c, vv_error *err)
{
	vv_clash next = *c;
	size_t i;

	next.cap = c->cap ? c->cap * 2 : 256;
	next.slots = vv_calloc(next.cap, sizeof(*next.slots));
	if (!next.slots) {
		return vv_fail_nomem(err);
	}
	for (i = 0; i < c->cap; i++) {
		if (c->slots[i].folded) {
			*find(&next, c->slots[i].folded) = c->slots[i];
		}
	}
	vv_free(c->slots);
	c->slots = next.slots;
	c->cap = next.cap;
	return VV_OK;
}

/* The slot of what path folds to; its path is NULL when there was none. */
static vv_status slot_of(vv_clash *c, const char *path, name **out, vv_error *err)
{
	char *folded;
	vv_status rc;

	if ((c->used + 1) * 2 > c->cap && (rc = grow(c, err)) < 0) {
		return rc;
	}
	folded = vv_path_fold(path);
	if (!folded) {
		return vv_fail_nomem(err);
	}
	*out = find(c, folded);
	if (!(*out)->folded) {
		(*out)->folded = vv_arena_strndup(&c->arena, folded, strlen(folded));
		c->used += (*out)->folded != NULL;
	}
	vv_free(folded);
	return (*out)->folded ? VV_OK : vv_fail_nomem(err);
}

static vv_status keep(vv_clash *c, name *n, const char *path, vv_error *err)
{
	n->path = vv_arena_strndup(&c->arena, path, strlen(path));
	return n->path ? VV_OK : vv_fail_nomem(err);
}

static vv_status add_index(vv_clash *c, vv_error *err)
{
	vv_index_entry e;
	name *n;
	vv_status rc = VV_OK;
	size_t i;

	for (i = 0; rc == VV_OK && i < vv_index_count(c->index); i++) {
		vv_index_at(c->index, i, &e);
		rc = slot_of(c, e.path, &n, err);
		if (rc == VV_OK && !n->path) {
			rc = keep(c, n, e.path, err);
		}
	}
	return rc;
}

vv_status vv_clash_open(vv_clash **out, vv_repository *r, const vv_index *x, vv_error *err)
{
	vv_clash *c = vv_calloc(1, sizeof(*c));
	bool unicode = false;
	vv_status rc;

	if (!c) {
		return vv_fail_nomem(err);
	}
	c->index = x;
	vv_arena_init(&c->arena);
	if ((rc = vv_config_bool(r, "core.ignorecase", false, &c->folds, err)) == VV_OK &&
	    (rc = vv_config_bool(r, "core.precomposeunicode", false, &unicode, err)) == VV_OK) {
		c->folds = c->folds || unicode;
		rc = c->folds ? add_index(c, err) : VV_OK;
	}
	if (rc < 0) {
		vv_clash_close(c);
		return rc;
	}
	*out = c;
	return VV_OK;
}

void vv_clash_close(vv_clash *c)
{
	if (c) {
		vv_arena_clear(&c->arena);
		vv_free(c->slots);
		vv_free(c);
	}
}

vv_status vv_clash_add(vv_clash *c, const char *path, vv_error *err)
{
	vv_index_entry e;
	name *n;
	vv_status rc;

	if (!c->folds) {
		return VV_OK;
	}
	if ((rc = slot_of(c, path, &n, err)) < 0) {
		return rc;
	}
	if (n->path && strcmp(n->path, path) != 0 &&
	    (n->written || vv_index_get(c->index, n->path, &e))) {
		vv_fail(err, VV_EREFUSED, "'%s' cannot be written: '%s' is the same file here",
			vv_text_shows(path), vv_text_shows(n->path));
		return vv_hint(err, "rename one of them where names are case-sensitive, or set "
				    "core.ignoreCase to false if they are here");
	}
	if (!n->path || strcmp(n->path, path) != 0) {
		if ((rc = keep(c, n, path, err)) < 0) {
			return rc;
		}
	}
	n->written = true;
	return VV_OK;
}
