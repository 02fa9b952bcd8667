/*
 * checkout: how one path of a version reaches the work tree, and which names are one file there.
 */
#include "lib/worktree/checkout.h"

#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/materialise.h"
#include "lib/names/damaged_pointer.h"
#include "lib/sync/needed.h"
#include "lib/worktree/last_copy.h"
#include "repo/blocks/reach.h"
#include "repo/git/blob.h"
#include "repo/git/index/worktree.h"

/* Names that this work tree's file system takes for one, so that writing the
 * second would overwrite the first (T.csv and t.csv, or the two Unicode forms of a name).
 *
 * Git's core.ignoreCase and core.precomposeUnicode, which git init finds out, show whether it is such a file system.
 * Folders need no looking after: a folder's other spelling is the same folder, and a file or link in its place is
 * refused when it is to be entered.
 */

typedef struct name {
	const char *folded; /* in the arena, both */
	const char *path;
	bool written;
} name;

typedef struct clash {
	const vv_index *index;
	bool folds; /* does the file system? Else nothing is kept */
	vv_arena arena;
	name *names;
	size_t count, cap;
	vv_hash_index places; /* of names, by what they fold to */
} clash;

/* The name that path folds to; its path is NULL when there was none. Valid until the next. */
static vv_status name_of(clash *c, const char *path, name **out, vv_error *err)
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

static vv_status keep(clash *c, name *n, const char *path, vv_error *err)
{
	n->path = vv_arena_strndup(&c->arena, path, strlen(path));
	return n->path ? VV_OK : vv_fail_nomem(err);
}

static vv_status add_index(clash *c, vv_error *err)
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

static void clash_close(clash *c)
{
	if (c) {
		vv_arena_clear(&c->arena);
		vv_hash_index_clear(&c->places);
		vv_free_all(c->names, c);
	}
}
VV_AUTO_FREE(clash, clash_close)

/* The names of the index are there; it is borrowed. */
static vv_status clash_open(clash **out, vv_repository *r, const vv_index *x, vv_error *err)
{
	vv_auto(clash) *c = vv_calloc(1, sizeof(*c));
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
	return vv_hand_over(out, &c);
}

/* Before path is written. VV_EREFUSED when another name, which the index still has or
 * which was added here, is the same file. */
static vv_status clash_add(clash *c, const char *path, vv_error *err)
{
	vv_index_entry e;
	name *n;
	vv_status rc;

	if (!c->folds) return VV_OK;
	if ((rc = name_of(c, path, &n, err)) < 0) return rc;
	if (n->path && strcmp(n->path, path) != 0 &&
	    (n->written || vv_index_get(c->index, n->path, &e))) {
		return vv_fail(err, VV_EREFUSED,
			       "'%s' cannot be written: '%s' is the same file here\n"
			       "rename one of them where names are case-sensitive, or set "
			       "core.ignoreCase to false if they are here",
			       vv_text_shows(path), vv_text_shows(n->path));
	}
	if (!n->path || strcmp(n->path, path) != 0) {
		if ((rc = keep(c, n, path, err)) < 0) return rc;
	}
	n->written = true;
	return VV_OK;
}

#define NAMES_MAX 160 /* bytes of names in the note on missing blocks */

void vv_checkout_init(vv_checkout *c, vv_repository *repo, vv_dataset_reader *reader,
		      vv_index *index)
{
	*c = (vv_checkout){.repo = repo, .reader = reader, .index = index};
	vv_buf_init(&c->missing_names);
}

void vv_checkout_clear(vv_checkout *c)
{
	vv_buf_clear(&c->missing_names);
	clash_close(c->clash);
	c->clash = NULL;
	vv_needed_free(c->needed);
	c->needed = NULL;
}

/* Is the path a plain file below plain folders? */
static vv_status is_plain_file(vv_repository *r, const char *path, bool *out, vv_error *err)
{
	vv_auto(char) *part = vv_strdup(path);
	char *file;
	vv_stat st;
	bool plain = true;

	*out = false;
	if (!part) return vv_fail_nomem(err);
	for (char *slash = strchr(part, '/'); plain; slash = strchr(slash + 1, '/')) {
		if (slash) {
			*slash = '\0';
		}
		file = vv_repository_file(r, part);
		if (!file) return vv_fail_nomem(err);
		plain = vv_lstat(&st, file, VV_IGNORED) == VV_OK &&
			(slash ? S_ISDIR(st.mode) : S_ISREG(st.mode));
		vv_free(file);
		if (!slash) {
			break;
		}
		*slash = '/';
	}
	*out = plain;
	return VV_OK;
}

static void note_missing(vv_checkout *c, const char *path, const vv_cid *root)
{
	c->missing++;
	c->lacking |= !c->needed || !vv_needed_unwanted(c->needed, root);
	if (c->missing_names.len < NAMES_MAX) {
		vv_buf_puts(&c->missing_names, c->missing > 1 ? ", " : "");
		vv_text_put_escaped(&c->missing_names, path, strlen(path));
	} else if (vv_buf_cstr(&c->missing_names)[c->missing_names.len - 1] != '.') {
		vv_buf_puts(&c->missing_names, ", ...");
	}
}

/* Git alone may have brought the commit: then the remotes have what it names. */
static bool fetch_blocks(vv_checkout *c, const char *path, const vv_cid *root)
{
	vv_error why;

	if (!c->fetch || (!c->needed && !(c->needed = vv_needed_new(c->repo)))) return false;
	if (vv_needed_fetch(c->needed, root, &why) == VV_OK) return true;
	if (!c->told) {
		vv_notes_warn(vv_repository_notes(c->repo),
			      "%s: its blocks could not be fetched: %s", vv_text_shows(path),
			      why.message);
		c->told = true;
	}
	return false;
}

static vv_status write_dataset(vv_checkout *c, const char *path, uint32_t mode, const vv_oid *id,
			       vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_pointer p;
	vv_stat st;
	bool plain, complete = false;
	vv_cid missing;
	vv_store *store;
	vv_status rc;

	if ((rc = vv_dataset_reader_pointer(c->reader, id, &arena, &p, err)) < 0 ||
	    (rc = is_plain_file(c->repo, path, &plain, err)) < 0 ||
	    (rc = vv_repository_store(c->repo, &store, err)) < 0) {
		return rc;
	}
	bool tried = !vv_store_has(store, &p.root);
	if (tried) {
		(void)fetch_blocks(c, path, &p.root);
	}
	if (!plain) {
		/* Folders are made for it only where the table can follow, unless the pointer is
		 * welcome. */
		if (!c->pointer_ok &&
		    (rc = vv_store_complete(store, &p.root, &complete, &missing, err)) == VV_OK &&
		    !complete) {
			rc = vv_fail(err, VV_EBLOCK, "the blocks of this version are not here");
		}
		if (rc < 0) return rc;
	}
	rc = vv_materialise(c->reader, path, id, &p, mode, &st, err);
	if (rc == VV_EMISSING && !tried && fetch_blocks(c, path, &p.root)) {
		vv_error_clear(err);
		rc = vv_materialise(c->reader, path, id, &p, mode, &st, err);
	}
	if (rc == VV_EMISSING && c->pointer_ok) {
		note_missing(c, path, &p.root);
		rc = vv_worktree_write_file(c->index, path, mode, id, err);
	} else if (rc == VV_OK) {
		c->datasets++;
		rc = vv_index_set(c->index, path, mode, id, &st, err);
	}
	return rc;
}

vv_status vv_checkout_write(vv_checkout *c, const char *path, uint32_t mode, const vv_oid *id,
			    bool to_index, vv_error *err)
{
	vv_index_entry before;
	bool dataset = false;
	vv_status rc;

	if ((rc = vv_path_check_plain(path, err)) < 0) return rc;
	if ((!c->clash && (rc = clash_open(&c->clash, c->repo, c->index, err)) < 0) ||
	    (rc = clash_add(c->clash, path, err)) < 0) {
		return rc;
	}
	if ((S_ISREG(mode) || S_ISLNK(mode)) &&
	    (rc = vv_last_copy_keep(c->repo, c->reader, c->index, path, err)) < 0) {
		return rc;
	}
	bool had = vv_index_get(c->index, path, &before);
	if (S_ISREG(mode)) {
		vv_blob_expect(c->repo, id);
		if ((rc = vv_dataset_reader_is_pointer(c->reader, id, &dataset, err)) < 0) {
			return rc;
		}
	} else if (!S_ISLNK(mode)) {
		/* A submodule: its work tree is Git's business. */
		return to_index ? vv_index_set(c->index, path, mode, id, NULL, err) : VV_OK;
	}
	if (dataset) {
		rc = write_dataset(c, path, mode, id, err);
	} else if ((rc = vv_worktree_write_file(c->index, path, mode, id, err)) == VV_OK) {
		c->files++;
		rc = S_ISREG(mode) ? vv_damaged_pointer_warn(c->repo, id, path, err) : VV_OK;
	}
	if (rc < 0) return vv_prefix_name(err, path);
	if (to_index) return VV_OK;
	if (had) return vv_index_set(c->index, path, before.mode, &before.id, NULL, err);
	vv_index_remove(c->index, path, NULL); /* not there when nothing was set */
	return VV_OK;
}

vv_status vv_checkout_remove(vv_checkout *c, const char *path, bool to_index, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_path_check_plain(path, err)) < 0 ||
	    (rc = vv_last_copy_keep(c->repo, c->reader, c->index, path, err)) < 0 ||
	    (rc = vv_worktree_remove(c->repo, path, err)) < 0) {
		return rc;
	}
	c->files++;
	if (to_index) {
		rc = vv_index_remove(c->index, path, err);
	}
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

/* Does its stat alone show that the file is as it was staged? Then its blob need not be read. */
static vv_status is_as_staged(vv_checkout *c, const vv_index_entry *e, bool *out, vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(c->repo, e->path);
	vv_stat st;
	bool anew = false;

	*out = false;
	if (!file) return vv_fail_nomem(err);
	if (vv_lstat(&st, file, NULL) < 0 || !vv_index_stat_clean(c->index, e, &st)) return VV_OK;
	vv_status rc = vv_dataset_reader_described_anew(c->reader, e->path, &e->id, false, &anew,
							err);
	*out = !anew;
	return rc;
}

vv_status vv_checkout_is_clean(vv_checkout *c, const vv_index_entry *e, bool *clean, vv_error *err)
{
	vv_index_entry own = *e;
	vv_work_state state;
	vv_file_state file;
	vv_auto(char) *path = vv_strdup(e->path);
	bool dataset = false, settled = false;
	vv_status rc = VV_OK;

	*clean = true;
	if (!path) return vv_fail_nomem(err);
	own.path = path;
	if (S_ISDIR(e->mode) || (e->mode & S_IFMT) == 0160000) return rc;
	if (S_ISREG(e->mode) && ((rc = is_as_staged(c, &own, &settled, err)) < 0 || settled)) {
		return rc;
	}
	if (S_ISREG(e->mode) &&
	    (rc = vv_dataset_reader_is_pointer(c->reader, &e->id, &dataset, err)) < 0) {
		return rc;
	}
	if (dataset) {
		rc = vv_dataset_reader_work_state(c->reader, path, &own.id, &own, &state, NULL,
						  err);
		*clean = state == VV_WORK_SAME || state == VV_WORK_POINTER ||
			 state == VV_WORK_DELETED;
		if (rc == VV_EINPUT) {
			*clean = false; /* what add would refuse is a change for sure */
			rc = VV_OK;
		}
	} else if ((rc = vv_index_file_state(c->index, &own, &file, err)) == VV_OK) {
		*clean = file == VV_FILE_SAME || file == VV_FILE_DELETED;
	}
	return rc;
}

bool vv_checkout_note_missing(const vv_checkout *c)
{
	if (c->missing == 0) return false;
	vv_notes_put(vv_repository_notes(c->repo),
		     "%zu %s written as %s only, the blocks are not here: %s", c->missing,
		     c->missing == 1 ? "dataset is" : "datasets are",
		     c->missing == 1 ? "its pointer" : "their pointers",
		     vv_buf_cstr(&c->missing_names));
	vv_notes_hint(vv_repository_notes(c->repo), VV_HINT_FETCH_AND_RESTORE,
		      c->missing == 1 ? vv_buf_cstr(&c->missing_names) : "PATH");
	return c->lacking;
}

vv_status vv_checkout_give_way(vv_repository *repo, vv_dataset_reader *reader, vv_index *index,
			       const char *path, vv_error *err)
{
	vv_auto(vv_checkout) c = {0};
	vv_index_entry e;
	bool clean = false;
	vv_status rc;

	vv_checkout_init(&c, repo, reader, index);
	if (!vv_index_get(index, path, &e)) {
		return vv_fail(err, VV_EREFUSED,
			       "'%s' is there, and no version of it was added\n"
			       "move it away, or add it first",
			       vv_text_shows(path));
	}
	if ((rc = vv_checkout_is_clean(&c, &e, &clean, err)) < 0) return rc;
	if (!clean) {
		vv_fail(err, VV_EREFUSED, "'%s' has changes that were not added",
			vv_text_shows(path));
		return vv_hint_code(err, VV_HINT_EDITS);
	}
	return vv_last_copy_keep(repo, reader, index, path, err);
}
