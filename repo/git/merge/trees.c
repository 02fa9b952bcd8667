/*
 * trees: what libgit2 makes of three trees, and where it must not be believed: it
 * would mix two pointers line by line, and takes pointers that look alike for renames.
 */
#include "repo/git/merge/trees.h"

#include <assert.h>
#include <stdlib.h>

#include <git2/sys/index.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/blob.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/index_file.h"
#include "repo/git/index/merge_driver.h"
#include "repo/git/merge/renames_internal.h"
#include "repo/git/quarantine.h"
#include "repo/git/repository_internal.h"
#include "repo/git/tree_internal.h"

typedef struct conflict {
	vv_merge_conflict seen; /* path: own */
	char *own;
	char *places[3]; /* other paths at which sides stand in the index; NULL: path */
} conflict;

struct vv_merged_trees {
	vv_repository *repo;
	git_index *git;
	git_oid ours; /* the tree; null: there is none */
	conflict *items;
	size_t count, cap;
};

size_t vv_merged_count(const vv_merged_trees *m)
{
	return m->count;
}

const vv_merge_conflict *vv_merged_at(const vv_merged_trees *m, size_t i)
{
	assert(i < m->count);
	return &m->items[i].seen;
}

void vv_merged_put(vv_merged_trees *m, size_t i, uint32_t mode, const vv_oid *id)
{
	vv_merge_side *result = &m->items[i].seen.result;

	assert(i < m->count);
	*result = (vv_merge_side){.mode = mode};
	if (mode) {
		result->id = *id;
	}
}

void vv_merged_free(vv_merged_trees *m)
{
	if (!m) return;
	for (size_t i = 0; i < m->count; i++) {
		vv_free(m->items[i].own);
		for (size_t k = 0; k < 3; k++) {
			vv_free(m->items[i].places[k]);
		}
	}
	vv_free(m->items);
	git_index_free(m->git);
	vv_free(m);
}

/* --- the merge itself --------------------------------------------------------------- */

static vv_status read_tree(vv_repository *r, const vv_oid *id, git_tree **out, vv_error *err)
{
	git_oid tree;
	vv_status rc;

	*out = NULL;
	if (vv_oid_is_null(id)) return VV_OK;
	if ((rc = vv_commit_tree(r, id, &tree, err)) < 0) return rc;
	int code = git_tree_lookup(out, r->git, &tree);
	return code < 0 ? vv_git_fail(err, code, "cannot read a tree") : VV_OK;
}

static const git_index_entry *entry_at(git_index *git, const char *path, int stage)
{
	const git_index_entry *e = path ? git_index_get_bypath(git, path, stage) : NULL;

	git_error_clear();
	return e;
}

/* An empty file that came on a side, with content now: that of another one, which libgit2 took it for. */
typedef struct filled_files {
	git_index *git;
	vv_oid empty;
	bool any;
} filled_files;

static vv_status on_come(void *payload, const vv_change *c, vv_error *err VV_UNUSED)
{
	filled_files *f = payload;
	const git_index_entry *e = entry_at(f->git, c->path, 0);
	vv_oid is;

	if (!e || c->old_mode != 0 || !vv_oid_equal(&c->new_id, &f->empty)) return VV_OK;
	vv_oid_from_git(&is, &e->id);
	f->any |= !vv_oid_equal(&is, &f->empty);
	return VV_OK;
}

static vv_status look_for_filled(bool *out, vv_merged_trees *m, const vv_oid *ids[3], vv_error *err)
{
	filled_files f = {.git = m->git};
	vv_status rc = vv_blob_id("", 0, &f.empty, err);

	for (size_t i = 1; i < 3 && rc == VV_OK && !vv_oid_is_null(ids[0]); i++) {
		rc = vv_oid_is_null(ids[i])
			     ? VV_OK
			     : vv_tree_changes(m->repo, ids[0], ids[i], "", on_come, &f, err);
	}
	*out = f.any;
	return rc;
}

static vv_status run_merge(vv_merged_trees *m, const vv_oid *ids[3], vv_error *err)
{
	git_merge_options opts;
	git_diff_similarity_metric likeness;
	git_tree *trees[3] = {NULL, NULL, NULL};
	vv_status rc = VV_OK;
	int code;

	(void)git_merge_options_init(&opts, GIT_MERGE_OPTIONS_VERSION);
	vv_likeness_use(&likeness, m->repo);
	opts.metric = &likeness;
	opts.default_driver = VV_MERGE_DRIVER_ANY;
	for (size_t i = 0; i < 3; i++) {
		if ((rc = read_tree(m->repo, ids[i], &trees[i], err)) < 0) {
			break;
		}
	}
	if (trees[1]) {
		m->ours = *git_tree_id(trees[1]);
	}
	bool again = true;

	if (rc == VV_OK) {
		rc = vv_merge_drivers_register(err);
	}
	while (rc == VV_OK && again) {
		again = false;
		git_index_free(m->git);
		m->git = NULL;
		if ((code = vv_index_file_lend(m->repo)) < 0 ||
		    (code = git_merge_trees(&m->git, m->repo->git, trees[0], trees[1], trees[2],
					    &opts)) < 0) {
			rc = vv_git_fail(err, code, "cannot merge the trees");
		} else if (opts.flags & GIT_MERGE_FIND_RENAMES) {
			opts.flags =
				0; /* git has no renames of empty files; libgit2 only all or none */
			rc = look_for_filled(&again, m, ids, err);
		}
	}
	for (size_t i = 0; i < 3; i++) {
		git_tree_free(trees[i]);
	}
	return rc;
}

/* --- conflicts ----------------------------------------------------------------------- */

static void set_side(vv_merge_side *out, const git_index_entry *e)
{
	memset(out, 0, sizeof(*out));
	if (e) {
		out->mode = e->mode;
		vv_oid_from_git(&out->id, &e->id);
	}
}

static vv_status add_conflict(vv_merged_trees *m, const char *path, const git_index_entry *sides[3],
			      vv_error *err)
{
	if (!vv_array_room(m->items, m->count, m->cap)) return vv_fail_nomem(err);
	conflict *c = &m->items[m->count];
	memset(c, 0, sizeof(*c));
	if (!(c->own = vv_strdup(path))) return vv_fail_nomem(err);
	m->count++;
	c->seen.path = c->own;
	set_side(&c->seen.base, sides[0]);
	set_side(&c->seen.ours, sides[1]);
	set_side(&c->seen.theirs, sides[2]);
	for (size_t k = 0; k < 3; k++) {
		if (sides[k] && strcmp(sides[k]->path, path) != 0 &&
		    !(c->places[k] = vv_strdup(sides[k]->path))) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

/* Where a file stands that one side renamed; NULL when both did, differently. */
static const char *renamed_to(const git_index_name_entry *n)
{
	const char *ours = n->ours ? n->ours : n->theirs, *theirs = n->theirs ? n->theirs : ours;

	if (!ours || strcmp(ours, theirs) == 0 || strcmp(theirs, n->ancestor) == 0) return ours;
	return strcmp(ours, n->ancestor) == 0 ? theirs : NULL;
}

/* Does a rename claim this side of the path? */
static bool is_claimed(git_index *git, const char *path, int stage)
{
	size_t count = git_index_name_entrycount(git);

	for (size_t i = 0; i < count; i++) {
		const git_index_name_entry *n = git_index_name_get_byindex(git, i);
		const char *at = stage == 1 ? n->ancestor : stage == 2 ? n->ours : n->theirs;

		if (at && strcmp(at, path) == 0 && renamed_to(n)) return true;
	}
	return false;
}

static vv_status collect_renamed(vv_merged_trees *m, vv_error *err)
{
	size_t count = git_index_name_entrycount(m->git);
	vv_status rc;

	for (size_t i = 0; i < count; i++) {
		const git_index_name_entry *n = git_index_name_get_byindex(m->git, i);
		const char *path = renamed_to(n);
		const git_index_entry *sides[3] = {entry_at(m->git, n->ancestor, 1),
						   entry_at(m->git, n->ours, 2),
						   entry_at(m->git, n->theirs, 3)};

		if (path && (sides[1] || sides[2])) {
			if ((rc = add_conflict(m, path, sides, err)) < 0) return rc;
		}
	}
	return VV_OK;
}

static vv_status collect_others(vv_merged_trees *m, vv_error *err)
{
	git_index_conflict_iterator *it = NULL;
	const git_index_entry *sides[3];
	vv_status rc = VV_OK;
	int code = git_index_conflict_iterator_new(&it, m->git);

	if (code < 0) return vv_git_fail(err, code, "cannot list the conflicts");
	while (rc == VV_OK &&
	       (code = git_index_conflict_next(&sides[0], &sides[1], &sides[2], it)) == 0) {
		const char *path = NULL;

		for (int k = 0; k < 3; k++) {
			if (sides[k] && is_claimed(m->git, sides[k]->path, k + 1)) {
				sides[k] = NULL;
			}
			path = sides[k] ? sides[k]->path : path;
		}
		if (path) {
			rc = add_conflict(m, path, sides, err);
		}
	}
	git_index_conflict_iterator_free(it);
	if (rc == VV_OK && code != GIT_ITEROVER) {
		rc = vv_git_fail(err, code, "cannot list the conflicts");
	}
	git_error_clear();
	return rc;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const conflict *)a)->own, ((const conflict *)b)->own);
}

/* --- what each of them is ---------------------------------------------------------------- */

static bool is_file(const vv_merge_side *s)
{
	return (s->mode & 0170000) == 0100000;
}

/* Is something below the path in the result, so that no file can stand there? */
static bool is_folder(git_index *git, const char *path)
{
	size_t len = strlen(path), at;
	vv_auto(char) *below = vv_malloc(len + 2);
	bool folder = false;

	if (below) {
		memcpy(below, path, len);
		below[len] = '/';
		below[len + 1] = '\0';
		folder = git_index_find_prefix(&at, git, below) == 0;
		git_error_clear();
	}
	return folder;
}

/* *mine: merge=varve; *whole: -merge or merge=binary, so that no marks are wanted. */
static vv_status look_at_attribute(vv_repository *r, const char *path, bool *mine, bool *whole,
				   vv_error *err)
{
	const char *value = NULL;
	vv_status rc = vv_attr_can_be_read(r, path, err);
	int code;

	if (rc < 0) return rc;
	if ((code = git_attr_get(&value, r->git, 0, path, "merge")) < 0) {
		return vv_git_fail(err, code, "cannot read the attributes of '%s'",
				   vv_text_shows(path));
	}
	*mine = git_attr_value(value) == GIT_ATTR_VALUE_STRING && strcmp(value, "varve") == 0;
	*whole = git_attr_value(value) == GIT_ATTR_VALUE_FALSE ||
		 (git_attr_value(value) == GIT_ATTR_VALUE_STRING && strcmp(value, "binary") == 0);
	return VV_OK;
}

static vv_status has_pointer(vv_repository *r, const vv_merge_conflict *c, bool *out, vv_error *err)
{
	const vv_merge_side *sides[] = {&c->base, &c->ours, &c->theirs};
	vv_status rc;

	*out = false;
	for (size_t i = 0; !*out && i < 3; i++) {
		if (is_file(sides[i])) {
			git_oid id;

			vv_oid_to_git(&id, &sides[i]->id);
			if ((rc = vv_merge_is_pointer(r->odb, &id, out, err)) < 0) return rc;
		}
	}
	return VV_OK;
}

static void input_entry(git_index_entry *out, const char *path, const vv_merge_side *s)
{
	*out = (git_index_entry){.path = path, .mode = s->mode};
	vv_oid_to_git(&out->id, &s->id);
}

/* Text that both sides changed, with marks where they disagree. */
static vv_status mark_text(vv_repository *r, vv_merge_conflict *c, const vv_merge_labels *labels,
			   vv_error *err)
{
	git_merge_file_options opts;
	git_merge_file_result result = {0};
	git_index_entry base, ours, theirs;
	git_oid id;
	vv_status rc = VV_OK;

	(void)git_merge_file_options_init(&opts, GIT_MERGE_FILE_OPTIONS_VERSION);
	opts.ancestor_label = labels ? labels->base : NULL;
	opts.our_label = labels ? labels->ours : NULL;
	opts.their_label = labels ? labels->theirs : NULL;
	input_entry(&base, c->path, &c->base);
	input_entry(&ours, c->path, &c->ours);
	input_entry(&theirs, c->path, &c->theirs);
	int code = git_merge_file_from_index(&result, r->git, is_file(&c->base) ? &base : NULL,
					     &ours, &theirs, &opts);
	if (code < 0) return vv_git_fail(err, code, "cannot merge '%s'", vv_text_shows(c->path));
	if (result.ptr) { /* else it is binary: ours stays */
		rc = vv_quarantine_write(r, GIT_OBJECT_BLOB, result.ptr, result.len, &id, err);
		if (rc == VV_OK) {
			vv_oid_from_git(&c->result.id, &id);
			c->marks = true;
		}
	}
	git_merge_file_result_free(&result);
	return rc;
}

static vv_status understand(vv_merged_trees *m, conflict *item, const vv_merge_labels *labels,
			    vv_error *err)
{
	vv_merge_conflict *c = &item->seen;
	bool mine = false, whole = false;
	vv_status rc;

	if ((rc = look_at_attribute(m->repo, c->path, &mine, &whole, err)) < 0 ||
	    (rc = has_pointer(m->repo, c, &c->dataset, err)) < 0) {
		return rc;
	}
	c->dataset = c->dataset || (mine && (is_file(&c->ours) || is_file(&c->theirs)));
	if (c->ours.mode && c->theirs.mode) {
		c->dispute = VV_DISPUTE_CONTENT;
	} else if (c->base.mode && (c->ours.mode || c->theirs.mode)) {
		c->dispute = VV_DISPUTE_REMOVED;
	} else {
		c->dispute = VV_DISPUTE_PLACE;
	}
	c->result = c->ours.mode ? c->ours : c->theirs;
	if (c->result.mode && is_folder(m->git, c->path)) {
		c->dispute = VV_DISPUTE_PLACE;
		memset(&c->result, 0, sizeof(c->result));
	}
	if (c->dispute == VV_DISPUTE_CONTENT && !c->dataset && !whole && is_file(&c->ours) &&
	    is_file(&c->theirs)) {
		rc = mark_text(m->repo, c, labels, err);
	}
	return rc;
}

vv_status vv_merge_trees(vv_merged_trees **out, vv_repository *r, const vv_oid *base,
			 const vv_oid *ours, const vv_oid *theirs, const vv_merge_labels *labels,
			 vv_error *err)
{
	const vv_oid *ids[3] = {base, ours, theirs};
	vv_auto(vv_merged_trees) *m = vv_calloc(1, sizeof(*m));
	git_repository *staged;
	vv_status rc;

	*out = NULL;
	if (!m) return vv_fail_nomem(err);
	m->repo = r;
	/* What libgit2 writes from here on is staged. */
	if ((rc = vv_quarantine_repository(r, &staged, err)) < 0 ||
	    (rc = run_merge(m, ids, err)) < 0 || (rc = collect_renamed(m, err)) < 0 ||
	    (rc = collect_others(m, err)) < 0) {
		return rc;
	}
	if (m->count > 1) {
		qsort(m->items, m->count, sizeof(*m->items), by_path);
	}
	for (size_t i = 0; i < m->count; i++) {
		if ((rc = understand(m, &m->items[i], labels, err)) < 0) return rc;
	}
	return vv_hand_over(out, &m);
}

/* --- the tree ------------------------------------------------------------------------------ */

static int place(git_index *git, const conflict *c)
{
	git_index_entry e;
	int code = git_index_conflict_remove(git, c->own);

	for (size_t k = 0; k < 3 && (code == 0 || code == GIT_ENOTFOUND); k++) {
		if (c->places[k]) {
			code = git_index_conflict_remove(git, c->places[k]);
		}
	}
	if ((code == 0 || code == GIT_ENOTFOUND) && c->seen.result.mode) {
		input_entry(&e, c->own, &c->seen.result);
		code = git_index_add(git, &e);
	}
	return code == GIT_ENOTFOUND ? 0 : code;
}

/* Makes `to` what `from` is; both are sorted by path. */
static int follow(git_index *to, git_index *from)
{
	size_t i = 0, k = 0;
	int code = 0;

	while (code >= 0 && (i < git_index_entrycount(to) || k < git_index_entrycount(from))) {
		const git_index_entry *a = git_index_get_byindex(to, i),
				      *b = git_index_get_byindex(from, k);
		const int order = !a ? 1 : !b ? -1 : strcmp(a->path, b->path);

		if (order < 0) {
			code = git_index_remove(to, a->path, 0);
			continue;
		}
		if (order > 0 || a->mode != b->mode || !git_oid_equal(&a->id, &b->id)) {
			code = git_index_add(to, b);
		}
		i++;
		k++;
	}
	return code;
}

/* An index that was read from our tree knows the trees below it: only those that change are written, and only of their
 * entries libgit2 asks whether they are here. */
static int write_tree(git_oid *id, const vv_merged_trees *m, git_repository *to)
{
	git_tree *ours = NULL;
	git_index *git = NULL;
	int code = git_index_new(&git);

	if (code >= 0 && !git_oid_is_zero(&m->ours) &&
	    (code = git_tree_lookup(&ours, to, &m->ours)) >= 0) {
		code = git_index_read_tree(git, ours);
	}
	if (code >= 0 && (code = follow(git, m->git)) >= 0) {
		code = git_index_write_tree_to(id, git, to);
	}
	git_tree_free(ours);
	git_index_free(git);
	return code;
}

vv_status vv_merged_tree(vv_merged_trees *m, vv_oid *tree, vv_error *err)
{
	git_repository *to;
	git_oid id;
	int code = 0;
	vv_status rc = vv_quarantine_repository(m->repo, &to, err);

	if (rc < 0) return rc;
	for (size_t i = 0; code >= 0 && i < m->count; i++) {
		code = place(m->git, &m->items[i]);
	}
	/* What else is in conflict is in places of others. */
	if (code >= 0 && (code = git_index_conflict_cleanup(m->git)) >= 0) {
		code = write_tree(&id, m, to);
	}
	if (code < 0) return vv_git_fail(err, code, "cannot make the merged tree");
	vv_oid_from_git(tree, &id);
	git_error_clear();
	return VV_OK;
}
