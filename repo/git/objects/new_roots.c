/*
 * new_roots: the new versions of datasets in a range of commits, and the previous version of each.
 *
 * Pointers are a function of their root, so equal roots have equal blobs: the roots of the haves' edge are compared by
 * the ids of their blobs, once, and only if a path is new.
 *
 * Long histories alternate between few trees, and each version is in two steps, as the new and as the previous one: a
 * step from one tree to another is visited once, and so is a pointer's blob. If no blob of the repository is a pointer,
 * which packs show faster, no tree is read.
 */
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/ascii.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/cid_map.h"
#include "repo/blocks/reach.h"
#include "repo/git/config.h"
#include "repo/git/objects/oid_set.h"
#include "repo/git/objects/range.h"
#include "repo/git/objects/send.h"
#include "repo/git/objects/tree_pointers.h"
#include "repo/git/pack_heads.h"
#include "repo/git/pointer.h"
#include "repo/git/tree_internal.h"

/* linked: the lines of .varveconfig that link a version. */

typedef struct vv_linked {
	vv_repository *repo;
	vv_oid_set trees, files; /* that were looked at */
	vv_cid_map roots;        /* the place in sources */
	vv_string_list sources;
} vv_linked;

static void linked_clear(vv_linked *l);
VV_AUTO_CLEAR(vv_linked, linked_clear)

#define FILE_NAME ".varveconfig"
#define FILE_MAX (1u << 20)
#define WORD "link"

static void linked_clear(vv_linked *l)
{
	vv_oid_set_clear(&l->trees);
	vv_oid_set_clear(&l->files);
	vv_cid_map_reset(&l->roots);
	vv_string_list_clear(&l->sources);
	memset(l, 0, sizeof(*l));
}

/* The source of the version's blocks; borrowed; NULL: not linked by the files read so far. */
static const char *linked_source(const vv_linked *l, const vv_cid *root)
{
	uint64_t at;

	return vv_cid_map_get(&l->roots, root, &at) ? l->sources.items[at] : NULL;
}

/* Most files link nothing, and need no git. */
static bool may_link(const char *text, size_t len)
{
	for (size_t i = 0; i + strlen(WORD) <= len; i++) {
		if (vv_ascii_compare(text + i, WORD, strlen(WORD)) == 0) return true;
	}
	return false;
}

/* "import.PATH.KEY NL VALUE NUL" each. */
typedef struct lines {
	const char *text;
	size_t len;
} lines;

/* The next value of "import.PATH.key", where PATH is as in like (NULL: any); NULL: there is none. *name: the line. */
static const char *next_value(const lines *l, size_t *at, const char *like, const char *key,
			      const char **name)
{
	while (*at < l->len) {
		const char *line = l->text + *at;
		const size_t len = strcspn(line, "\n"), tail = strlen(key);
		const size_t head = len > tail ? len - tail : 0;

		*at += strlen(line) + 1;
		if (head > 0 && memcmp(line + head, key, tail) == 0 &&
		    (!like || (strncmp(line, like, head) == 0 && like[head] == '.' &&
			       !memchr(like + head + 1, '.', strcspn(like + head + 1, "\n"))))) {
			*name = line;
			return line + len + 1;
		}
	}
	return NULL;
}

static vv_status add_roots(vv_linked *l, const lines *all, const char *like, const char *url,
			   vv_error *err)
{
	const char *name, *text;
	bool used = false, added;
	vv_cid root;
	vv_status rc = vv_string_list_add(&l->sources, vv_strdup(url), err);

	for (size_t at = 0;
	     rc == VV_OK && (text = next_value(all, &at, like, ".root", &name)) != NULL;) {
		if (vv_cid_parse(&root, text, strlen(text), VV_IGNORED) == VV_OK) {
			rc = vv_cid_map_put(&l->roots, &root, l->sources.count - 1, &added, err);
			used = used || added;
		}
	}
	if (!used && rc == VV_OK) {
		vv_free(l->sources.items[--l->sources.count]);
	}
	return rc;
}

static vv_status take_lines(vv_linked *l, const lines *all, vv_error *err)
{
	const char *name, *text, *url, *ignored;
	bool linked;
	vv_status rc;

	for (size_t at = 0; (text = next_value(all, &at, NULL, "." WORD, &name)) != NULL;) {
		size_t from = 0;

		if (vv_config_read_bool(WORD, text, &linked, VV_IGNORED) == VV_OK && linked &&
		    (url = next_value(all, &from, name, ".url", &ignored)) != NULL &&
		    (rc = add_roots(l, all, name, url, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Lines of imports, in the form of `lines`; payload is a vv_buf. */
static vv_status keep_line(void *payload, const char *name, const char *value,
			   const char *level VV_UNUSED, vv_error *err VV_UNUSED)
{
	if (strncmp(name, "import.", 7) == 0) {
		vv_buf_printf(payload, "%s\n%s%c", name, value ? value : "true", '\0');
	}
	return VV_OK;
}

/* A file that git refuses links nothing. */
static vv_status read_file(vv_linked *l, const char *bytes, size_t len, vv_error *err)
{
	vv_auto(vv_buf) kept = VV_BUF_INIT;
	vv_status rc = vv_config_parse(bytes, len, FILE_NAME, keep_line, &kept, err);

	if (rc < 0 || (rc = vv_buf_ok(&kept, err)) < 0) {
		return vv_error_excuse(rc, rc == VV_EINPUT, err);
	}
	return take_lines(l, &(lines){kept.data, kept.len}, err);
}

/* One that was not looked at before. */
static vv_status see_file(vv_linked *l, const git_oid *id, vv_error *err)
{
	vv_auto(git_odb_object) *object = NULL;
	git_object_t type;
	uint64_t size;
	vv_status rc = vv_object_header(l->repo, id, &type, &size, err);

	if (rc < 0 || type != GIT_OBJECT_BLOB || size > FILE_MAX) return rc;
	rc = vv_object_read(l->repo, id, GIT_OBJECT_BLOB, FILE_MAX, &object, err);
	if (rc == VV_OK && may_link(git_odb_object_data(object), git_odb_object_size(object))) {
		rc = read_file(l, git_odb_object_data(object), git_odb_object_size(object), err);
	}
	return rc;
}

/* Looks at the .varveconfig of a commit's tree. One that cannot be read links nothing. */
static vv_status linked_see(vv_linked *l, const git_oid *tree, vv_error *err)
{
	uint32_t mode;
	git_oid id;
	bool added;
	vv_status rc = vv_oid_set_add(&l->trees, tree, &added, err);

	if (rc < 0 || !added) return rc;
	rc = vv_tree_find(l->repo, tree, FILE_NAME, &mode, &id, err);
	if (rc == VV_OK && vv_mode_is_file(mode)) {
		rc = vv_oid_set_add(&l->files, &id, &added, err);
		rc = rc < 0 || !added ? rc : see_file(l, &id, err);
	}
	return vv_missing_ok(rc, err); /* theirs may have holes */
}

vv_status vv_linked_each(vv_repository *r, const vv_oid *commit, vv_linked_fn fn, void *payload,
			 vv_error *err)
{
	vv_auto(vv_linked) l = {.repo = r};
	git_oid tree;
	vv_status rc;

	if ((rc = vv_commit_tree(r, commit, &tree, err)) < 0 ||
	    (rc = linked_see(&l, &tree, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < vv_cid_map_count(&l.roots); i++) {
		if ((rc = fn(payload, vv_cid_map_cid(&l.roots, i),
			     l.sources.items[vv_cid_map_value(&l.roots, i)], err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* ---- versions that commits bring ---- */

/* A pointer that is new at its path, or gone from it. */
typedef struct item {
	const char *path;
	git_oid id;
} item;

typedef struct items {
	item *list;
	size_t count, cap;
} items;

/* The root that a blob names, and how long its file is. */
typedef struct known {
	git_oid blob;
	vv_cid root;
	uint64_t bytes;
} known;

/* From the tree of a commit's only parent (null: it has none) to its own. */
typedef struct step {
	git_oid before, after;
} step;

typedef struct finding {
	vv_repository *repo;
	vv_object_range range;
	vv_new_root_fn fn;
	void *payload;
	vv_cid_set given;
	vv_oid_set edge;  /* all blobs of the haves' commits next to the range */
	bool edge_loaded; /* that was worth the while */
	known *known;
	size_t known_count, known_cap;
	vv_hash_index known_index; /* of known, by blob */
	step *steps;               /* that were looked at */
	size_t step_count, step_cap;
	vv_hash_index step_index;
	vv_linked linked;
	const vv_expired *expired, *lists;
	const vv_oid *wants;
	size_t want_count;
	vv_cid_set current; /* roots in the trees of wants */
	bool current_loaded;
	vv_blob_look look;
	vv_node *commit; /* at hand */
	items added, gone;
	vv_arena paths; /* of these */
	vv_new_sum sum;
} finding;

/* --- pointers ----------------------------------------------------------------------- */

/* As vv_blob_pointer. Strings are in the arena. */
static vv_status read_pointer(finding *f, const git_oid *id, const char *path, vv_pointer *out,
			      bool *is, vv_error *err)
{
	vv_status rc = vv_blob_pointer(out, is, &f->look, id, path, err);

	f->sum.plain_bytes += rc == VV_OK && path && !*is ? f->look.size : 0;
	return rc;
}

/* The same, of its root and length alone. */
static vv_status read_root(finding *f, const git_oid *id, const char *path, known *out, bool *is,
			   vv_error *err)
{
	uint64_t hash = vv_xxh3(id->id, GIT_OID_RAWSZ, vv_hash_seed());
	const known *found = vv_hash_find(f->known, &f->known_index, hash, k,
					  git_oid_equal(&k->blob, id));
	vv_pointer p;

	if (found) {
		*out = *found;
		*is = true;
		return VV_OK;
	}
	vv_status rc = read_pointer(f, id, path, &p, is, err);
	if (rc < 0 || !*is) return rc;
	*out = (known){*id, p.root, p.bytes};
	return vv_hash_add(f->known, f->known_count, f->known_cap, &f->known_index, hash, *out)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* The same for what may be no pointer, or a damaged one: then null. */
static vv_status root_of(finding *f, const git_oid *id, vv_cid *out, vv_error *err)
{
	known k;
	bool is = false;
	vv_status rc = read_root(f, id, NULL, &k, &is, err);

	if (rc == VV_ENOMEM) return rc;
	*out = rc < 0 || !is ? (vv_cid){0} : k.root;
	return VV_OK;
}

/* --- roots of the haves' edge -------------------------------------------------------- */

static vv_status note_blob(void *payload, const vv_change *c, vv_error *err)
{
	finding *f = payload;
	bool added;

	return vv_oid_set_add(&f->edge, vv_to_git(&c->new_id), &added, err);
}

static vv_status load_edge(finding *f, vv_error *err)
{
	vv_auto(vv_oid_set) trees = {0};
	vv_status rc = VV_OK;

	if (f->edge_loaded) return VV_OK;
	for (size_t i = 0; rc == VV_OK && i < f->range.commits.count; i++) {
		const vv_node *n = f->range.commits.items[i];

		for (uint32_t k = 0; rc == VV_OK && k < n->parent_count; k++) {
			vv_node *p = n->parents[k];
			bool added = false;

			if (vv_object_range_is_had(&f->range, p) &&
			    (rc = vv_node_parse(f->range.walker, p, err)) == VV_OK &&
			    (rc = vv_oid_set_add(&trees, &p->tree, &added, err)) == VV_OK &&
			    added) {
				rc = vv_tree_diff(f->repo, NULL, &p->tree, "", note_blob, f, err);
			}
			rc = vv_may_be_missing(rc, err); /* theirs may have holes */
		}
	}
	f->edge_loaded = rc == VV_OK;
	return rc;
}

/* --- roots that came back --------------------------------------------------------------- */

/* Expired versions are rare, and the trees are read only for them. */
static vv_status find_expired(finding *f, vv_new_root *n, vv_error *err)
{
	const bool listed = vv_expired_has(f->expired, &n->root);
	vv_store *store;
	vv_status rc;

	if (!listed && !vv_expired_has(f->lists, &n->root)) return VV_OK;
	if (!f->current_loaded &&
	    (rc = vv_tree_roots(&f->current, f->repo, f->wants, f->want_count, err)) < 0) {
		return rc;
	}
	f->current_loaded = true;
	if ((rc = vv_repository_store(f->repo, &store, err)) < 0) return rc;
	n->current = vv_cid_set_has(&f->current, &n->root);
	n->expired = listed && !(n->current && vv_store_has(store, &n->root));
	return VV_OK;
}

/* --- one commit ------------------------------------------------------------------------ */

static vv_status keep_item(finding *f, items *l, const char *path, const vv_oid *id, vv_error *err)
{
	const char *copy = vv_arena_strndup(&f->paths, path, strlen(path));

	return copy && vv_array_add(l->list, l->count, l->cap, (item){copy, *vv_to_git(id)})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static vv_status give_root(finding *f, const vv_cid *root, uint64_t bytes, const vv_cid *before,
			   const char *path, vv_error *err)
{
	bool added;
	vv_status rc = vv_cid_set_add(&f->given, root, &added, err);

	if (rc < 0 || !added) return rc;
	vv_new_root n = {.root = *root, .bytes = bytes, .link = linked_source(&f->linked, root)};
	if ((rc = find_expired(f, &n, err)) < 0) return rc;
	if (!vv_cid_is_null(before) && !vv_cid_equal(before, root) &&
	    !linked_source(&f->linked, before) && !vv_expired_has(f->expired, before)) {
		n.before = *before;
		n.known_before = !vv_cid_set_has(&f->given, before);
	}
	n.path = path;
	n.commit = *vv_from_git(&f->commit->id);
	return !f->fn ? VV_OK : f->fn(f->payload, &n, err);
}

/* Does another parent have the same at the same path? */
static vv_status came_by_merge(finding *f, const vv_change *c, bool *out, vv_error *err)
{
	git_oid id;
	uint32_t mode;
	vv_status rc = VV_OK;

	*out = false;
	for (uint32_t i = 1; rc == VV_OK && !*out && i < f->commit->parent_count; i++) {
		vv_node *p = f->commit->parents[i];

		if ((rc = vv_node_parse(f->range.walker, p, err)) == VV_OK &&
		    (rc = vv_tree_find(f->repo, &p->tree, c->path, &mode, &id, err)) == VV_OK) {
			*out = mode != 0 && git_oid_equal(&id, vv_to_git(&c->new_id));
		}
		rc = vv_missing_ok(rc, err);
	}
	return rc;
}

static vv_status on_change(void *payload, const vv_change *c, vv_error *err)
{
	finding *f = payload;
	known k;
	vv_cid before;
	bool is;
	vv_status rc;

	if (vv_mode_is_file(c->old_mode) && !vv_mode_is_file(c->new_mode)) {
		return keep_item(f, &f->gone, c->path, &c->old_id, err);
	}
	if (!vv_mode_is_file(c->new_mode) || vv_oid_equal(&c->old_id, &c->new_id)) return VV_OK;
	vv_arena_reset(&f->look.arena);
	if ((rc = came_by_merge(f, c, &is, err)) < 0 || is ||
	    (rc = read_root(f, vv_to_git(&c->new_id), c->path, &k, &is, err)) < 0 || !is ||
	    vv_cid_set_has(&f->given, &k.root)) {
		return rc;
	}
	if (!vv_mode_is_file(c->old_mode)) return keep_item(f, &f->added, c->path, &c->new_id, err);
	if ((rc = root_of(f, vv_to_git(&c->old_id), &before, err)) < 0) return rc;
	return give_root(f, &k.root, k.bytes, &before, c->path, err);
}

/* --- renamed, or copied ----------------------------------------------------------------- */

static unsigned pointer_likeness(const vv_pointer *a, const char *path_a, const vv_pointer *b,
				 const char *path_b)
{
	unsigned score = 1;
	size_t same = 0;

	if (strcmp(a->kind, b->kind) != 0) return 0;
	for (size_t i = 0; i < a->column_count && i < b->column_count; i++) {
		same += a->columns[i].name_len == b->columns[i].name_len &&
			memcmp(a->columns[i].name, b->columns[i].name, a->columns[i].name_len) == 0;
	}
	score += a->column_count == b->column_count && same == a->column_count ? 4 : 0;
	score += strcmp(vv_path_base(path_a), vv_path_base(path_b)) == 0 ? 2 : 0;
	return score;
}

/* Finds the removed pointer that is most similar; null: none. */
static vv_status find_renamed(finding *f, const vv_pointer *p, const char *path, vv_cid *before,
			      vv_error *err)
{
	unsigned best = 0, score;
	vv_status rc = VV_OK;

	memset(before, 0, sizeof(*before));
	for (size_t i = 0; rc == VV_OK && i < f->gone.count; i++) {
		const item *g = &f->gone.list[i];
		vv_pointer old;
		bool is = false;

		rc = read_pointer(f, &g->id, NULL, &old, &is, err);
		is = is && rc == VV_OK;
		rc = vv_error_excuse(rc, rc != VV_ENOMEM, err);
		if (is && (score = pointer_likeness(p, path, &old, g->path)) > best) {
			best = score;
			*before = old.root;
		}
	}
	return rc;
}

static vv_status give_added(finding *f, const item *a, vv_error *err)
{
	vv_cid before = {0};
	vv_pointer p;
	known k;
	bool is;
	vv_status rc;

	vv_arena_reset(&f->look.arena);
	if ((rc = load_edge(f, err)) < 0 || vv_oid_set_has(&f->edge, &a->id) ||
	    (rc = read_root(f, &a->id, a->path, &k, &is, err)) < 0 || !is) {
		return rc;
	}
	if (f->gone.count > 0 && ((rc = read_pointer(f, &a->id, a->path, &p, &is, err)) < 0 ||
				  (rc = find_renamed(f, &p, a->path, &before, err)) < 0)) {
		return rc;
	}
	return give_root(f, &k.root, k.bytes, &before, a->path, err);
}

/* A merge depends on all its parents, and is always looked at. */
static vv_status note_step(finding *f, const git_oid *before, bool *added, vv_error *err)
{
	step s;

	memset(&s, 0, sizeof(s));
	s.after = f->commit->tree;
	if (before) {
		s.before = *before;
	}
	uint64_t hash = vv_xxh3(&s, sizeof(s), vv_hash_seed());
	*added = f->commit->parent_count > 1 ||
		 !vv_hash_find(f->steps, &f->step_index, hash, i, memcmp(i, &s, sizeof(s)) == 0);
	return !*added || f->commit->parent_count > 1 ||
			       vv_hash_add(f->steps, f->step_count, f->step_cap, &f->step_index,
					   hash, s)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static vv_status look_at_commit(finding *f, vv_error *err)
{
	const git_oid *before;
	vv_node *n = f->commit;
	bool added;
	vv_status rc;

	f->added.count = f->gone.count = 0;
	vv_arena_reset(&f->paths);
	if ((rc = vv_node_parent_tree(&before, f->range.walker, n, err)) < 0) return rc;
	if ((rc = note_step(f, before, &added, err)) < 0 || !added ||
	    (before && (rc = linked_see(&f->linked, before, err)) < 0) ||
	    (rc = linked_see(&f->linked, &n->tree, err)) < 0) {
		return rc;
	}
	rc = vv_must_be_here(vv_tree_diff(f->repo, before, &n->tree, "", on_change, f, err), err);
	for (size_t i = 0; rc == VV_OK && i < f->added.count; i++) {
		rc = give_added(f, &f->added.list[i], err);
	}
	return rc;
}

bool vv_new_root_is_left(const vv_new_root *n, vv_store *store, const vv_expired *there)
{
	if (n->link) return true;
	return (!n->current && vv_expired_has(there, &n->root)) ||
	       (n->expired && !vv_store_has(store, &n->root));
}

vv_status vv_new_roots_each(vv_repository *r, const vv_oid *wants, size_t want_count,
			    const vv_oid *haves, size_t have_count, vv_new_root_fn fn,
			    void *payload, vv_error *err)
{
	vv_new_sum sum;

	return vv_new_roots_sum(r, wants, want_count, haves, have_count, NULL, fn, payload, &sum,
				err);
}

vv_status vv_new_roots_sum(vv_repository *r, const vv_oid *wants, size_t want_count,
			   const vv_oid *haves, size_t have_count, const vv_expired *lists,
			   vv_new_root_fn fn, void *payload, vv_new_sum *sum, vv_error *err)
{
	vv_pack_sum plain_sum = {0};
	vv_status rc;

	if (r->came_plain && have_count == 0) {
		*sum = (vv_new_sum){r->came_plain->commits, r->came_plain->blob_bytes};
		return VV_OK;
	}
	finding f = {.repo = r,
		     .fn = fn,
		     .payload = payload,
		     .linked.repo = r,
		     .look.repo = r,
		     .lists = lists,
		     .wants = wants,
		     .want_count = want_count};
	if ((rc = vv_expired_read(&f.expired, r, err)) < 0) return rc;
	rc = vv_object_range_open(&f.range, r, wants, want_count, haves, have_count, err);
	const int plain = rc == VV_OK ? vv_pack_heads_plain(r, f.range.commits.count,
							    have_count == 0, &plain_sum, err)
				      : (int)rc;
	rc = plain < 0 ? (vv_status)plain : VV_OK;
	f.sum.plain_bytes = plain_sum.blob_bytes;
	for (size_t i = 0; plain == 0 && rc == VV_OK && i < f.range.commits.count; i++) {
		f.commit = f.range.commits.items[i];
		f.look.commit = &f.commit->id;
		rc = look_at_commit(&f, err);
	}
	f.sum.commits = f.range.commits.count;
	*sum = f.sum;
	vv_arena_clear(&f.paths);
	vv_free_all(f.added.list, f.gone.list, f.known, f.steps);
	vv_hash_index_clear(&f.known_index);
	vv_hash_index_clear(&f.step_index);
	linked_clear(&f.linked);
	vv_object_range_clear(&f.range);
	vv_oid_set_clear(&f.edge);
	vv_cid_set_reset(&f.given);
	vv_cid_set_reset(&f.current);
	vv_blob_look_clear(&f.look);
	return rc;
}
