/*
 * renames: computes the similarity of two files: text as in Git, two datasets by their common blocks and rows; a dataset is
 * never similar to a text, or to another by its pointer's text. Limits the number of compared pairs, and orders the pairing.
 */
#include "repo/git/merge/renames.h"

#include <stdatomic.h>
#include <stdlib.h>

#include <git2/sys/hashsig.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/path.h"
#include "base/sys.h"
#include "repo/blocks/reach.h"
#include "repo/git/blob.h"
#include "repo/git/pointer.h"
#include "repo/git/repository_internal.h"
#include "repo/git/tree.h"

#define PAIRS_MAX 40000u /* more are not compared: 200 files gone and 200 new */
#define BLOCKS_MAX 4000000u
#define FEW_BLOCKS 16u                /* of a dataset with more the blocks alone decide */
#define TEXT_MAX ((uint64_t)64 << 20) /* larger text is renamed only as a whole */

/* --- how like two files are --- */

static _Atomic(vv_rename_rows)
	rows_of; /* set by every library and program in this process, to the same */

void vv_renames_by_rows(vv_rename_rows rows)
{
	atomic_store(&rows_of, rows);
}

typedef struct signature {
	bool pointer;
	git_hashsig *text; /* NULL: too short */
	vv_cid *leaves;    /* of a dataset, sorted */
	size_t count, cap;
	uint64_t *rows; /* of a small table, ascending */
	size_t row_count;
} signature;

static void signature_free(signature *s)
{
	if (s) {
		git_hashsig_free(s->text);
		vv_free_all(s->leaves, s->rows, s);
	}
}
VV_AUTO_FREE(signature, signature_free)

static int by_cid(const void *a, const void *b)
{
	return vv_cid_compare(a, b);
}

static vv_status add_leaf(void *payload, const vv_cid *cid, const void *bytes, size_t len VV_UNUSED,
			  vv_status state VV_UNUSED, vv_error *err)
{
	signature *s = payload;

	if (bytes || cid->codec != VV_CODEC_RAW) return VV_OK;
	return vv_array_add(s->leaves, s->count, s->cap, *cid) ? VV_OK : vv_fail_nomem(err);
}

/* The blocks of a dataset; what cannot be read proves nothing. */
static void collect_leaves(signature *s, vv_repository *r, const char *text, size_t len)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_walk walk = {.budget = BLOCKS_MAX, .visit = add_leaf, .payload = s};
	vv_pointer p;

	if (vv_pointer_read(&p, &arena, text, len, NULL) == VV_OK &&
	    vv_repository_store(r, &walk.store, NULL) == VV_OK &&
	    vv_walk_from(&walk, &p.root, NULL) == VV_OK && s->count > 1) {
		qsort(s->leaves, s->count, sizeof(*s->leaves), by_cid);
	}
	vv_rename_rows find = atomic_load(&rows_of);

	if (find && s->count > 0 && s->count <= FEW_BLOCKS) {
		find(walk.store, &p.root, &s->rows, &s->row_count, NULL);
	}
}

static int sign_buffer(signature **out, vv_repository *r, const char *bytes, size_t len)
{
	vv_auto(signature) *s = vv_calloc(1, sizeof(*s));
	int code = 0;

	if (!s) return -1;
	s->pointer = len <= VV_POINTER_MAX && vv_pointer_looks_like(bytes, len);
	if (s->pointer) {
		collect_leaves(s, r, bytes, len);
	} else {
		code = git_hashsig_create(&s->text, bytes, len, GIT_HASHSIG_SMART_WHITESPACE);
	}
	if (code < 0) return code; /* GIT_EBUFS: too short, not alike */
	*out = vv_take(&s);
	return 0;
}

static int shared_leaves(const signature *a, const signature *b)
{
	size_t i = 0, k = 0, same = 0, most = a->count > b->count ? a->count : b->count;

	while (i < a->count && k < b->count) {
		int c = vv_cid_compare(&a->leaves[i], &b->leaves[k]);

		same += c == 0;
		i += c <= 0;
		k += c >= 0;
	}
	return most ? (int)(same * 100 / most) : 0;
}

int vv_rows_shared(const uint64_t *a, size_t a_count, const uint64_t *b, size_t b_count)
{
	size_t i = 0, k = 0, same = 0, most = a_count > b_count ? a_count : b_count;

	while (i < a_count && k < b_count) {
		bool equal = a[i] == b[k], behind = a[i] > b[k];

		same += equal;
		i += !behind;
		k += equal || behind;
	}
	return most ? (int)(same * 100 / most) : 0;
}

static int compare_signatures(int *score, const signature *a, const signature *b)
{
	*score = 0;
	if (a->pointer && b->pointer) {
		int rows = vv_rows_shared(a->rows, a->row_count, b->rows, b->row_count);

		*score = shared_leaves(a, b);
		*score = rows > *score ? rows : *score;
	} else if (!a->pointer && !b->pointer) {
		int likeness = git_hashsig_compare(a->text, b->text);

		if (likeness < 0) return likeness;
		*score = likeness;
	}
	return 0;
}

/* --- which is which --- */

typedef struct pair {
	int likeness;
	size_t gone, come;
} pair;

typedef struct finder {
	vv_repository *repo;
	const vv_rename_file *gone, *come;
	size_t gone_count, come_count;
	size_t *from;
	bool *taken;                        /* of gone */
	signature **gone_like, **come_like; /* signatures; NULL: none yet, or none can be had */
	pair *pairs;
	size_t pair_count;
} finder;

static bool is_file(const vv_rename_file *f)
{
	return vv_mode_is_file(f->mode);
}

static bool same_name(const vv_rename_file *a, const vv_rename_file *b)
{
	return strcmp(vv_path_base(a->path), vv_path_base(b->path)) == 0;
}

static void pair_files(finder *f, size_t gone, size_t come)
{
	f->from[come] = gone;
	f->taken[gone] = true;
}

/* named: only where the last part of the path is the same, too. */
static void match_equal(finder *f, bool named)
{
	for (size_t c = 0; c < f->come_count; c++) {
		for (size_t g = 0; f->from[c] == VV_RENAMED_FROM_NONE && g < f->gone_count; g++) {
			if (!f->taken[g] && f->gone[g].mode == f->come[c].mode &&
			    vv_oid_equal(&f->gone[g].id, &f->come[c].id) &&
			    (!named || same_name(&f->gone[g], &f->come[c]))) {
				pair_files(f, g, c);
			}
		}
	}
}

/* The file's signature; *out NULL where it has none (too short, too large, not here). */
static vv_status sign_file(finder *f, const vv_rename_file *file, signature **out, vv_error *err)
{
	vv_auto(vv_buf) content = VV_BUF_INIT;
	uint64_t size;
	vv_status rc;
	int code = 0;

	if ((rc = vv_blob_size(f->repo, &file->id, &size, err)) == VV_OK && size <= TEXT_MAX &&
	    (rc = vv_blob_read(f->repo, &file->id, TEXT_MAX, &content, err)) == VV_OK) {
		code = sign_buffer(out, f->repo, vv_buf_cstr(&content), content.len);
	}
	if (rc == VV_OK && code < 0 && code != GIT_EBUFS) return vv_fail_nomem(err);
	git_error_clear();
	return vv_error_excuse(rc, rc == VV_ENOTFOUND || rc == VV_EMISSING, err);
}

static vv_status sign_all(finder *f, const vv_rename_file *files, size_t count, signature **out,
			  const bool *skip, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < count; i++) {
		if (!skip[i] && is_file(&files[i]) &&
		    (rc = sign_file(f, &files[i], &out[i], err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* The most alike first; of equal ones those of one name, then by their places. */
static int by_likeness(const void *a, const void *b)
{
	const pair *x = a, *y = b;

	if (x->likeness != y->likeness) return x->likeness > y->likeness ? -1 : 1;
	if (x->come != y->come) return x->come < y->come ? -1 : 1;
	return x->gone < y->gone ? -1 : x->gone > y->gone;
}

static vv_status compare_all(finder *f, vv_error *err)
{
	for (size_t c = 0; c < f->come_count; c++) {
		for (size_t g = 0; f->come_like[c] && g < f->gone_count; g++) {
			int score = 0;

			if (!f->gone_like[g]) {
				continue;
			}
			if (compare_signatures(&score, f->gone_like[g], f->come_like[c]) < 0) {
				return vv_fail_nomem(err);
			}
			if (score >= VV_RENAMED_MIN) {
				score = 2 * score + same_name(&f->gone[g], &f->come[c]);
				f->pairs[f->pair_count++] = (pair){
					.likeness = score, .gone = g, .come = c};
			}
		}
	}
	return VV_OK;
}

static vv_status match_alike(finder *f, vv_error *err)
{
	vv_auto_free bool *done = vv_calloc(f->come_count + 1, sizeof(*done));
	size_t left = 0, free_count = 0;
	vv_status rc = done ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < f->come_count; i++) {
		done[i] = f->from[i] != VV_RENAMED_FROM_NONE;
		left += !done[i];
	}
	for (size_t i = 0; i < f->gone_count; i++) {
		free_count += !f->taken[i];
	}
	if (rc < 0 || left == 0 || free_count == 0 || free_count > PAIRS_MAX / left) return rc;
	f->pairs = vv_calloc(left * free_count, sizeof(*f->pairs));
	f->gone_like = vv_calloc(f->gone_count, sizeof(*f->gone_like));
	f->come_like = vv_calloc(f->come_count, sizeof(*f->come_like));
	if (!f->pairs || !f->gone_like || !f->come_like) return vv_fail_nomem(err);
	if ((rc = sign_all(f, f->gone, f->gone_count, f->gone_like, f->taken, err)) < 0 ||
	    (rc = sign_all(f, f->come, f->come_count, f->come_like, done, err)) < 0 ||
	    (rc = compare_all(f, err)) < 0) {
		return rc;
	}
	if (f->pair_count > 1) {
		qsort(f->pairs, f->pair_count, sizeof(*f->pairs), by_likeness);
	}
	for (size_t i = 0; i < f->pair_count; i++) {
		const pair *p = &f->pairs[i];

		if (!f->taken[p->gone] && f->from[p->come] == VV_RENAMED_FROM_NONE) {
			pair_files(f, p->gone, p->come);
		}
	}
	return rc;
}

static void signatures_free(signature **list, size_t count)
{
	for (size_t i = 0; list && i < count; i++) {
		if (list[i]) {
			signature_free(list[i]);
		}
	}
	vv_free(list);
}

vv_status vv_renames_find(vv_repository *r, const vv_rename_file *gone, size_t gone_count,
			  const vv_rename_file *come, size_t come_count, size_t *from,
			  vv_error *err)
{
	finder f = {.repo = r,
		    .gone = gone,
		    .come = come,
		    .gone_count = gone_count,
		    .come_count = come_count,
		    .from = from};

	for (size_t i = 0; i < come_count; i++) {
		from[i] = VV_RENAMED_FROM_NONE;
	}
	if (gone_count == 0 || come_count == 0) return VV_OK;
	if (!(f.taken = vv_calloc(gone_count, sizeof(*f.taken)))) return vv_fail_nomem(err);
	match_equal(&f, true);
	match_equal(&f, false);
	vv_status rc = match_alike(&f, err);
	signatures_free(f.gone_like, gone_count);
	signatures_free(f.come_like, come_count);
	vv_free_all(f.pairs, f.taken);
	return rc;
}

/* --- one path of a commit ----------------------------------------------------------------- */

typedef struct gone_list {
	vv_rename_file *files; /* paths owned */
	size_t count, cap;
	const char *path; /* the searched path */
	vv_rename_file come;
	bool found;
} gone_list;

static vv_status on_change(void *payload, const vv_change *c, vv_error *err)
{
	gone_list *l = payload;

	if (c->old_mode == 0 && strcmp(c->path, l->path) == 0) {
		l->come = (vv_rename_file){l->path, c->new_mode, c->new_id};
		l->found = true;
	}
	if (c->new_mode != 0) return VV_OK;
	char *path = vv_strdup(c->path);
	return vv_array_own(l->files, l->count, l->cap, path,
			    (vv_rename_file){path, c->old_mode, c->old_id})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

vv_status vv_renames_among(vv_repository *r, const vv_change *changes, size_t count, size_t *from,
			   vv_error *err)
{
	vv_auto_free vv_rename_file *files = vv_calloc(2 * count + 1, sizeof(*files));
	vv_auto_free size_t *places = vv_calloc(3 * count + 1, sizeof(*places));
	size_t gone = 0, come = 0;
	vv_status rc = files && places ? VV_OK : vv_fail_nomem(err);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		const vv_change *c = &changes[i];
		from[i] = VV_RENAMED_FROM_NONE;
		if (c->new_mode == 0) {
			places[gone] = i;
			files[gone++] = (vv_rename_file){c->path, c->old_mode, c->old_id};
		} else if (c->old_mode == 0) {
			places[count + come] = i;
			files[count + come++] = (vv_rename_file){c->path, c->new_mode, c->new_id};
		}
	}
	if (rc == VV_OK && gone > 0 && come > 0) {
		size_t *was = places + 2 * count;
		rc = vv_renames_find(r, files, gone, files + count, come, was, err);
		for (size_t i = 0; rc == VV_OK && i < come; i++) {
			if (was[i] != VV_RENAMED_FROM_NONE) {
				from[places[count + i]] = places[was[i]];
			}
		}
	}
	return rc;
}

static bool is_among(const char *path, const char *const *paths)
{
	for (; paths && *paths; paths++) {
		size_t n = strlen(*paths);

		if (n == 0 ||
		    (strncmp(path, *paths, n) == 0 && (path[n] == '\0' || path[n] == '/'))) {
			return true;
		}
	}
	return !paths;
}

static vv_status on_changed(void *payload, const vv_change *c, vv_error *err)
{
	vv_changed_files *l = payload;

	if (!is_among(c->path, l->paths)) return VV_OK;
	if (!vv_array_add(l->items, l->count, l->cap, (vv_changed_file){.change = *c})) {
		return vv_fail_nomem(err);
	}
	vv_change *to = &l->items[l->count - 1].change;
	to->path = vv_arena_strndup(&l->arena, c->path, strlen(c->path));
	return to->path ? VV_OK : vv_fail_nomem(err);
}

/* Makes removed files the old sides of added ones. */
static vv_status pair_renames(vv_changed_files *l, vv_repository *r, vv_error *err)
{
	vv_auto_free vv_change *changes = vv_calloc(l->count + 1, sizeof(*changes));
	vv_auto_free size_t *from = vv_calloc(l->count + 1, sizeof(*from));
	size_t kept = 0;
	vv_status rc;

	if (!changes || !from) return vv_fail_nomem(err);
	for (size_t i = 0; i < l->count; i++) {
		changes[i] = l->items[i].change;
	}
	if ((rc = vv_renames_among(r, changes, l->count, from, err)) < 0) return rc;
	for (size_t i = 0; i < l->count; i++) {
		if (from[i] != VV_RENAMED_FROM_NONE) {
			const vv_change *was = &changes[from[i]];

			l->items[i].old_path = was->path;
			l->items[i].change.old_mode = was->old_mode;
			l->items[i].change.old_id = was->old_id;
			l->items[from[i]].change.path = NULL;
		}
	}
	for (size_t i = 0; i < l->count; i++) {
		if (l->items[i].change.path) {
			l->items[kept++] = l->items[i];
		}
	}
	l->count = kept;
	return VV_OK;
}

vv_status vv_changed_files_read(vv_changed_files *out, vv_repository *r, const vv_oid *a,
				const vv_oid *b, const char *const *paths, vv_error *err)
{
	const char *only = "";
	vv_status rc;

	*out = (vv_changed_files){.paths = paths};
	if (!a && !b) return VV_OK;
	if (paths && paths[0] && !paths[1]) {
		only = paths[0];
	}
	if (b) {
		rc = vv_tree_changes(r, a, b, only, on_changed, out, err);
	} else {
		rc = vv_tree_changes(r, NULL, a, only, on_changed, out, err);
	}
	if (rc < 0) return rc;
	for (size_t i = 0; !b && i < out->count; i++) { /* former files are removed */
		vv_change *c = &out->items[i].change;

		*c = (vv_change){.path = c->path, .old_mode = c->new_mode, .old_id = c->new_id};
	}
	return pair_renames(out, r, err);
}

void vv_changed_files_clear(vv_changed_files *l)
{
	vv_free(l->items);
	vv_arena_clear(&l->arena);
	memset(l, 0, sizeof(*l));
}

vv_status vv_renamed_from(vv_repository *r, const vv_oid *parent, const vv_oid *commit,
			  const char *path, char **out, vv_error *err)
{
	gone_list l = {.path = path};
	size_t from = VV_RENAMED_FROM_NONE;
	vv_status rc;

	*out = NULL;
	if ((rc = vv_tree_changes(r, parent, commit, "", on_change, &l, err)) == VV_OK && l.found) {
		rc = vv_renames_find(r, l.files, l.count, &l.come, 1, &from, err);
	}
	if (rc == VV_OK && from != VV_RENAMED_FROM_NONE &&
	    !(*out = vv_strdup(l.files[from].path))) {
		rc = vv_fail_nomem(err);
	}
	vv_array_clear(l.files, l.count, it, vv_free((char *)(uintptr_t)it->path));
	return rc;
}
