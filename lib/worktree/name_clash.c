/*
 * name_clash: finds names that are one file by what they fold to.
 */
#include "lib/worktree/name_clash.h"

#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"

typedef struct name {
	const char *folded; /* in the arena, both */
	const char *path;
	bool written;
} name;

struct vv_clash {
	const vv_index *index;
	bool folds; /* does the file system? Else nothing is kept */
	vv_arena arena;
	name *names;
	size_t count, cap;
	vv_hash_index places; /* of names, by what they fold to */
};

/* The name that path folds to; its path is NULL when there was none. Valid until the next. */
static vv_status name_of(vv_clash *c, const char *path, name **out, vv_error *err)
{
	vv_auto(char) *folded = vv_path_fold(path);
	uint64_t hash = folded ? vv_xxh3(folded, strlen(folded), c->places.seed) : 0;
	vv_hash_probe p = vv_hash_probe_begin(&c->places, hash);
	vv_status rc = VV_OK;
	size_t at;

	if (!folded) return vv_fail_nomem(err);
	while (vv_hash_probe_next(&p, &at)) {
		if (strcmp(c->names[at].folded, folded) == 0) {
			*out = &c->names[at];
			return rc;
		}
	}
	if (!vv_array_room(c->names, c->count, c->cap)) return vv_fail_nomem(err);
	*out = &c->names[c->count];
	**out = (name){.folded = vv_arena_strndup(&c->arena, folded, strlen(folded))};
	if (!(*out)->folded || !vv_hash_index_add(&c->places, hash, c->count)) {
		return vv_fail_nomem(err);
	}
	c->count++;
	return rc;
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

	for (size_t i = 0; rc == VV_OK && i < vv_index_count(c->index); i++) {
		vv_index_at(c->index, i, &e);
		rc = name_of(c, e.path, &n, err);
		if (rc == VV_OK && !n->path) {
			rc = keep(c, n, e.path, err);
		}
	}
	return rc;
}

vv_status vv_clash_open(vv_clash **out, vv_repository *r, const vv_index *x, vv_error *err)
{
	vv_auto(vv_clash) *c = vv_calloc(1, sizeof(*c));
	bool unicode = false;
	vv_status rc;

	if (!c) return vv_fail_nomem(err);
	c->index = x;
	vv_arena_init(&c->arena);
	vv_hash_index_init(&c->places);
	if ((rc = vv_config_bool(r, "core.ignorecase", false, &c->folds, err)) == VV_OK &&
	    (rc = vv_config_bool(r, "core.precomposeunicode", false, &unicode, err)) == VV_OK) {
		c->folds = c->folds || unicode;
		rc = c->folds ? add_index(c, err) : VV_OK;
	}
	if (rc < 0) return rc;
	*out = vv_take(&c);
	return VV_OK;
}

void vv_clash_close(vv_clash *c)
{
	if (c) {
		vv_arena_clear(&c->arena);
		vv_hash_index_clear(&c->places);
		vv_free(c->names);
		vv_free(c);
	}
}

vv_status vv_clash_add(vv_clash *c, const char *path, vv_error *err)
{
	vv_index_entry e;
	name *n;
	vv_status rc;

	if (!c->folds) return VV_OK;
	if ((rc = name_of(c, path, &n, err)) < 0) return rc;
	if (n->path && strcmp(n->path, path) != 0 &&
	    (n->written || vv_index_get(c->index, n->path, &e))) {
		vv_fail(err, VV_EREFUSED, "'%s' cannot be written: '%s' is the same file here",
			vv_text_shows(path), vv_text_shows(n->path));
		return vv_hint(err, "rename one of them where names are case-sensitive, or set "
				    "core.ignoreCase to false if they are here");
	}
	if (!n->path || strcmp(n->path, path) != 0) {
		if ((rc = keep(c, n, path, err)) < 0) return rc;
	}
	n->written = true;
	return VV_OK;
}
