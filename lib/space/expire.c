/*
 * expire: the walk through the history, which paths are one table, and the order of removal.
 */
#include "lib/space/expire.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "lib/heads/judge.h"
#include "lib/heads/signed_list.h"
#include "lib/remotes/blocks_config.h"
#include "lib/sync/named_versions.h"
#include "repo/blocks/cid_map.h"
#include "repo/blocks/reach.h"
#include "repo/git/blob.h"
#include "repo/git/history/commit.h"
#include "repo/git/history/expired.h"
#include "repo/git/history/log.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/state.h"
#include "repo/git/objects/send.h"
#include "repo/git/tree.h"
#include "repo/known/elsewhere.h"
#include "repo/known/incomplete.h"
#include "repo/known/roots.h"

#define NO_PATH SIZE_MAX

/* A path that had a version. */
typedef struct named_path {
	const char *path;
	uint64_t adds;           /* commits that added the path; merges do not count */
	uint64_t renames;        /* those that renamed another path to this one */
	size_t from, to;         /* paths of renames; NO_PATH: none */
	bool many_to, many_from; /* renames to or from different paths */
	size_t table;            /* place in vv_expire.tables; NO_PATH: not one of the paths */
} named_path;

/* A commit that brought a version to a path. */
typedef struct arrival {
	size_t root, path, order; /* places in roots and paths; order: newer commits first */
	vv_oid commit;
	int64_t time;
	int offset_min;
	size_t table;
	bool again; /* a newer one of the table has the same root */
} arrival;

typedef struct known_root {
	unsigned why;      /* bits 1 << VV_STAYS_...; 0: it expires */
	size_t last_table; /* 1 + the last table in which sort_arrivals found it */
	bool listed;       /* in vv_expire.versions */
} known_root;

typedef struct removal {
	size_t path;
	vv_oid id;
} removal;

typedef struct finding {
	vv_expire *e;
	vv_repository *repo;
	vv_arena texts, pointers;
	vv_cid_map *ids; /* root -> place in roots */
	known_root *roots;
	size_t root_count, root_cap;
	named_path *paths;
	size_t path_count, path_cap;
	vv_hash_index path_index;
	arrival *arrivals;
	size_t arrival_count, arrival_cap;
	vv_range *tips;
	size_t tip_count, tip_cap;
	/* of the current commit */
	const vv_commit *commit;
	removal *removals, *additions;
	size_t removal_count, removal_cap, addition_count, addition_cap;
	bool links; /* it changes the file that links versions */
} finding;

static void finding_clear(finding *f)
{
	vv_arena_clear(&f->texts);
	vv_arena_clear(&f->pointers);
	vv_cid_map_free(f->ids);
	vv_hash_index_clear(&f->path_index);
	vv_free_all(f->roots, f->paths, f->arrivals, f->tips, f->removals, f->additions);
}
VV_AUTO_CLEAR(finding, finding_clear)

void vv_expire_clear(vv_expire *e)
{
	vv_array_clear(e->tables, e->table_count, it, vv_free(it->path));
	vv_free(e->versions);
	e->tables = NULL;
	e->versions = NULL;
	e->table_count = e->count = e->cap = 0;
}

/* --- the walk ------------------------------------------------------------------------------------ */

static vv_status find_path(size_t *out, finding *f, const char *path, vv_error *err)
{
	const uint64_t hash = vv_xxh3(path, strlen(path), vv_hash_seed());
	const named_path *found = vv_hash_find(f->paths, &f->path_index, hash, it,
					       strcmp(it->path, path) == 0);

	*out = found ? (size_t)(found - f->paths) : f->path_count;
	if (found) return VV_OK;
	const char *copy = vv_arena_strndup(&f->texts, path, strlen(path));
	const named_path new = {.path = copy, .from = NO_PATH, .to = NO_PATH, .table = NO_PATH};
	return copy && vv_hash_add(f->paths, f->path_count, f->path_cap, &f->path_index, hash, new)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static vv_status find_root(size_t *out, finding *f, const vv_cid *root, vv_error *err)
{
	uint64_t at = 0;
	bool added;
	const vv_status rc = vv_cid_map_put(f->ids, root, f->root_count, &added, err);

	if (rc < 0) return rc;
	if (added && !vv_array_add(f->roots, f->root_count, f->root_cap, (known_root){0})) {
		return vv_fail_nomem(err);
	}
	(void)vv_cid_map_get(f->ids, root, &at);
	*out = (size_t)at;
	return VV_OK;
}

/* Does another parent of the merge have the same at the path? */
static vv_status came_by_merge(bool *out, const finding *f, const vv_change *c, vv_error *err)
{
	*out = false;
	for (size_t i = 1; i < f->commit->parent_count && !*out; i++) {
		vv_auto(vv_tree_entry) e = {.path = NULL};
		vv_status rc = vv_tree_entry_at(f->repo, &f->commit->parents[i], c->path, &e, err);

		if ((rc = vv_missing_ok(rc, err)) < 0) return rc;
		*out = vv_oid_equal(&e.id, &c->new_id);
	}
	return VV_OK;
}

static vv_status note_arrival(finding *f, const vv_change *c, const vv_cid *root, vv_error *err)
{
	const vv_person *who = &f->commit->committer;
	arrival a = {.order = f->arrival_count,
		     .commit = f->commit->id,
		     .time = who->time,
		     .offset_min = who->offset_min};
	vv_status rc;

	if ((rc = find_path(&a.path, f, c->path, err)) < 0 ||
	    (rc = find_root(&a.root, f, root, err)) < 0) {
		return rc;
	}
	if (!vv_array_add(f->arrivals, f->arrival_count, f->arrival_cap, a)) {
		return vv_fail_nomem(err);
	}
	if (c->old_mode != 0 || f->commit->parent_count > 1) return VV_OK;
	f->paths[a.path].adds++;
	return vv_array_add(f->additions, f->addition_count, f->addition_cap,
			    (removal){a.path, c->new_id})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* Notes the path even if no version of it was found yet: the walk reaches older commits later. */
static vv_status note_removal(finding *f, const vv_change *c, vv_error *err)
{
	removal r = {.id = c->old_id};
	const vv_status rc = find_path(&r.path, f, c->path, err);

	if (rc < 0) return rc;
	return vv_array_add(f->removals, f->removal_count, f->removal_cap, r) ? VV_OK
									      : vv_fail_nomem(err);
}

static vv_status on_change(void *payload, const vv_change *c, vv_error *err)
{
	finding *f = payload;
	vv_auto(vv_pointer_blob) blob = {.found = VV_OK};
	bool merged;
	vv_status rc;

	f->links = f->links || strcmp(c->path, VV_BLOCKS_CONFIG) == 0;
	if (c->new_mode == 0 && vv_mode_is_file(c->old_mode) && f->commit->parent_count == 1) {
		return note_removal(f, c, err);
	}
	if (!vv_mode_is_file(c->new_mode) || vv_oid_equal(&c->old_id, &c->new_id)) return VV_OK;
	if ((rc = came_by_merge(&merged, f, c, err)) < 0 || merged) return rc;
	vv_arena_reset(&f->pointers);
	rc = vv_pointer_blob_read(&blob, &f->pointers, f->repo, &c->new_id, err);
	if (rc < 0 || blob.found != VV_OK) return rc;
	return note_arrival(f, c, &blob.pointer.root, err);
}

/* Renames without other changes of the current commit. */
static void note_renames(finding *f)
{
	vv_array_each(f->additions, f->addition_count, a) {
		const removal *r = vv_array_find(f->removals, f->removal_count, it,
						 vv_oid_equal(&it->id, &a->id));
		if (!r) {
			continue;
		}
		named_path *to = &f->paths[a->path], *from = &f->paths[r->path];
		to->renames++;
		to->many_from |= to->from != NO_PATH && to->from != r->path;
		to->from = r->path;
		from->many_to |= from->to != NO_PATH && from->to != a->path;
		from->to = a->path;
	}
}

static vv_status on_linked(void *payload, const vv_cid *root, const char *source VV_UNUSED,
			   vv_error *err)
{
	finding *f = payload;
	size_t at;
	const vv_status rc = find_root(&at, f, root, err);

	if (rc == VV_OK) {
		f->roots[at].why |= 1u << VV_STAYS_LINKED;
	}
	return rc;
}

static vv_status look_at_commit(finding *f, const vv_oid *id, vv_error *err)
{
	vv_auto(vv_commit) commit = {0};
	vv_status rc = vv_commit_read(f->repo, id, &commit, err);

	if (rc < 0) return rc;
	f->commit = &commit;
	f->links = false;
	f->removal_count = f->addition_count = 0;
	rc = vv_tree_changes(f->repo, commit.parent_count > 0 ? &commit.parents[0] : NULL, id, "",
			     on_change, f, err);
	if (rc < 0) return rc;
	note_renames(f);
	return f->links ? vv_linked_each(f->repo, id, on_linked, f, err) : VV_OK;
}

static vv_status add_tip(void *payload, const vv_ref *ref, vv_error *err)
{
	finding *f = payload;

	if (vv_oid_is_null(&ref->commit)) return VV_OK;
	return vv_array_add(f->tips, f->tip_count, f->tip_cap, (vv_range){.include = ref->commit})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static vv_status walk_history(finding *f, vv_error *err)
{
	static const char *const prefixes[] = {"refs/heads/", "refs/remotes/", "refs/tags/"};
	vv_auto(vv_log) *log = NULL;
	vv_status rc = VV_OK;
	vv_oid id;
	int more;

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if ((rc = vv_refs_each(f->repo, prefixes[i], add_tip, f, err)) < 0) return rc;
	}
	for (size_t i = 0; i < f->e->tip_count; i++) {
		if (!vv_array_add(f->tips, f->tip_count, f->tip_cap,
				  (vv_range){.include = f->e->tips[i]})) {
			return vv_fail_nomem(err);
		}
	}
	if (f->tip_count == 0) return VV_OK;
	const vv_log_options all = {.ranges = f->tips, .range_count = f->tip_count, .topo = true};
	if ((rc = vv_log_open(&log, f->repo, &all, err)) < 0) return rc;
	while ((more = vv_log_next(log, &id, err)) > 0) {
		if ((rc = look_at_commit(f, &id, err)) < 0) return rc;
	}
	return (vv_status)more;
}

/* --- versions that every policy keeps ------------------------------------------------------------- */

static vv_status on_named(void *payload, const vv_cid *root, const char *path VV_UNUSED,
			  const vv_oid *commit, const char *what VV_UNUSED, vv_error *err)
{
	finding *f = payload;
	size_t at;
	vv_status rc;

	if (!root) return VV_OK;
	if ((rc = find_root(&at, f, root, err)) == VV_OK) {
		f->roots[at].why |= 1u << (commit ? VV_STAYS_NAMED : VV_STAYS_IN_USE);
	}
	return rc;
}

/* Adds the commits that the signed head names. One that cannot be read names nothing. */
static vv_status add_signed(vv_oids *out, vv_repository *r, const vv_oid *head, vv_error *err)
{
	vv_auto(vv_head_commit) c = {0};
	vv_head_ref ref;
	vv_status rc = vv_head_commit_read(&c, r, head, err);

	if (rc < 0) return vv_error_excuse(rc, rc != VV_ENOMEM, err);
	for (const char *at = vv_buf_cstr(&c.refs); vv_head_refs_next(&ref, &at);) {
		if ((rc = vv_oids_add(out, &ref.id, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status find_named(finding *f, vv_error *err)
{
	vv_auto(vv_oids) tips = {0};
	vv_shown_head *heads;
	size_t count;
	vv_status rc = vv_heads_list(&heads, &count, f->repo, err);

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = add_signed(&tips, f->repo, &heads[i].id, err);
	}
	vv_heads_free(heads, count);
	rc = rc < 0 ? rc : vv_oids_add_all(&tips, f->e->tips, f->e->tip_count, err);
	return rc < 0 ? rc : vv_roots_named_each(f->repo, tips.items, tips.count, on_named, f, err);
}

/* --- tables --------------------------------------------------------------------------------------- */

/* Was this path renamed to another one, so that both are one table? */
static bool is_continued(const finding *f, const named_path *p)
{
	if (p->to == NO_PATH || p->many_to || p->adds > 1) return false;
	const named_path *to = &f->paths[p->to];
	return !to->many_from && to->adds == to->renames && to != p;
}

/* The newest path of the table; the path itself if its renames lead back to an earlier path. */
static size_t newest_path(const finding *f, size_t path)
{
	size_t at = path;

	for (size_t steps = 0; is_continued(f, &f->paths[at]); steps++) {
		if (steps > f->path_count) return path;
		at = f->paths[at].to;
	}
	return at;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const vv_expire_table *)a)->path, ((const vv_expire_table *)b)->path);
}

/* Makes a table for each newest path that one of e->paths selects, by any of its names. */
static vv_status make_tables(finding *f, vv_error *err)
{
	vv_auto_free bool *found = NULL, *selected = vv_calloc(f->path_count + 1, sizeof(bool));
	vv_expire *e = f->e;
	size_t cap = 0;
	vv_status rc = selected ? vv_paths_unfound(&found, e->paths, err) : vv_fail_nomem(err);

	if (rc < 0) return rc;
	vv_array_each(f->arrivals, f->arrival_count, a) {
		if (vv_path_is_among(f->paths[a->path].path, e->paths, found)) {
			selected[newest_path(f, a->path)] = true;
		}
	}
	if ((rc = vv_paths_found(e->paths, found, err)) < 0) return rc;
	for (size_t i = 0; i < f->path_count; i++) {
		char *path = selected[i] ? vv_strdup(f->paths[i].path) : NULL;

		if (selected[i] && !vv_array_own(e->tables, e->table_count, cap, path,
						 (vv_expire_table){.path = path})) {
			return vv_fail_nomem(err);
		}
	}
	if (e->table_count > 0) {
		qsort(e->tables, e->table_count, sizeof(*e->tables), by_path);
	}
	for (size_t i = 0; i < f->path_count; i++) {
		const size_t newest = newest_path(f, i);
		const vv_expire_table key = {.path = (char *)(uintptr_t)f->paths[newest].path};
		const vv_expire_table *t = e->table_count > 0
						   ? bsearch(&key, e->tables, e->table_count,
							     sizeof(key), by_path)
						   : NULL;
		f->paths[i].table = t ? (size_t)(t - e->tables) : NO_PATH;
	}
	return VV_OK;
}

static int by_table(const void *a, const void *b)
{
	const arrival *x = a, *y = b;

	if (x->table != y->table) return x->table < y->table ? -1 : 1;
	if (x->time != y->time) return x->time > y->time ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static void sort_arrivals(finding *f)
{
	vv_array_each(f->arrivals, f->arrival_count, a) {
		a->table = f->paths[a->path].table;
		if (a->table == NO_PATH) {
			f->roots[a->root].why |= 1u << VV_STAYS_OTHER;
		}
	}
	if (f->arrival_count > 0) {
		qsort(f->arrivals, f->arrival_count, sizeof(*f->arrivals), by_table);
	}
	vv_array_each(f->arrivals, f->arrival_count, a) {
		known_root *root = &f->roots[a->root];

		if (a->table == NO_PATH) {
			break;
		}
		a->again = root->last_table == a->table + 1;
		root->last_table = a->table + 1;
	}
}

/* The arrivals of the table of the one at `from` end before the returned place. */
static size_t end_of_table(const finding *f, size_t from)
{
	size_t end = from;

	while (end < f->arrival_count && f->arrivals[end].table == f->arrivals[from].table) {
		end++;
	}
	return end;
}

static vv_status choose_versions(finding *f, const arrival *list, size_t count, vv_error *err)
{
	vv_auto_free vv_retained *items = vv_calloc(count, sizeof(*items));

	if (!items) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		items[i] = (vv_retained){.time = list[i].time,
					 .offset_min = list[i].offset_min,
					 .again = list[i].again};
	}
	vv_retention_choose(&f->e->policy, items, count);
	for (size_t i = 0; i < count; i++) {
		f->roots[list[i].root].why |= items[i].rules;
	}
	return VV_OK;
}

/* --- the result ----------------------------------------------------------------------------------- */

static vv_status note_version(finding *f, vv_store *store, const arrival *a, bool *gone,
			      vv_error *err)
{
	vv_expire_version v = {.root = *vv_cid_map_cid(f->ids, a->root),
			       .table = a->table,
			       .commit = a->commit,
			       .time = a->time,
			       .offset_min = a->offset_min};
	bool expired;
	const vv_status rc = vv_expired_find(&expired, NULL, f->repo, &v.root, err);

	if (rc < 0) return rc;
	v.gone = *gone = expired && !vv_store_has(store, &v.root);
	if (f->roots[a->root].listed) return VV_OK; /* by another table */
	f->roots[a->root].listed = true;
	f->e->goes += !v.gone;
	return vv_array_add(f->e->versions, f->e->count, f->e->cap, v) ? VV_OK : vv_fail_nomem(err);
}

static vv_status count_version(finding *f, vv_store *store, const arrival *a, vv_error *err)
{
	vv_expire_table *t = &f->e->tables[a->table];
	const unsigned why = f->roots[a->root].why;
	bool gone;
	vv_status rc;

	t->versions++;
	if (why != 0) {
		t->by[__builtin_ctz(why)]++;
		return VV_OK;
	}
	if ((rc = note_version(f, store, a, &gone, err)) == VV_OK) {
		t->gone += gone;
		t->goes += !gone;
	}
	return rc;
}

static vv_status find_versions(finding *f, vv_error *err)
{
	vv_store *store;
	size_t end;
	vv_status rc;

	if ((rc = walk_history(f, err)) < 0 || (rc = find_named(f, err)) < 0 ||
	    (rc = make_tables(f, err)) < 0 ||
	    (rc = vv_repository_store(f->repo, &store, err)) < 0) {
		return rc;
	}
	sort_arrivals(f);
	for (size_t i = 0; i < f->arrival_count && f->arrivals[i].table != NO_PATH; i = end) {
		end = end_of_table(f, i);
		if ((rc = choose_versions(f, &f->arrivals[i], end - i, err)) < 0) return rc;
	}
	for (size_t i = 0; i < f->arrival_count && f->arrivals[i].table != NO_PATH; i++) {
		if (!f->arrivals[i].again &&
		    (rc = count_version(f, store, &f->arrivals[i], err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static vv_status remove_blocks(vv_expire *e, vv_repository *r, bool dry_run, vv_error *err)
{
	vv_auto(vv_cid_set) *drop = vv_cid_set_new();
	vv_status rc = drop ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < e->count; i++) {
		rc = vv_cid_set_note(drop, &e->versions[i].root, err);
	}
	if (rc < 0) return rc;
	e->gc = (vv_gc_run){.dry_run = dry_run, .drop = drop, .loose_max = UINT_MAX};
	rc = vv_gc_run_all(&e->gc, r, err);
	e->gc.drop = NULL;
	return rc;
}

static vv_status refuse_state(vv_repository *r, vv_error *err)
{
	const vv_status rc = vv_state_need_none(r, "may need older versions", err);

	if (rc < 0) return rc;
	if (vv_repository_is_shallow(r)) {
		return vv_fail(err, VV_EREFUSED,
			       "this clone is shallow, so it does not have all versions\n"
			       "'git fetch --unshallow' gets the rest of the history");
	}
	return VV_OK;
}

vv_status vv_expire_find(vv_expire *e, vv_repository *r, vv_error *err)
{
	vv_auto(finding) f = {.e = e, .repo = r, .ids = vv_cid_map_new()};
	vv_status rc = f.ids ? refuse_state(r, err) : vv_fail_nomem(err);

	return rc < 0 ? rc : find_versions(&f, err);
}

vv_status vv_expire_estimate(vv_expire *e, vv_repository *r, vv_error *err)
{
	return e->goes == 0 ? VV_OK : remove_blocks(e, r, true, err);
}

vv_status vv_expire_list(const vv_expire *e, vv_repository *r, vv_error *err)
{
	vv_auto(vv_person) who = {0};
	vv_auto(vv_cids) roots = {0};
	vv_auto(vv_buf) policy = VV_BUF_INIT;
	vv_status rc;

	for (size_t i = 0; i < e->count; i++) {
		if ((rc = vv_cids_add(&roots, &e->versions[i].root, err)) < 0) return rc;
	}
	vv_retention_put(&policy, &e->policy);
	if ((rc = vv_buf_ok(&policy, err)) < 0 ||
	    (rc = vv_identity(r, VV_COMMITTER, &who, err)) < 0) {
		return rc;
	}
	const vv_expired_note note = {who.time, who.name, vv_buf_cstr(&policy)};
	const vv_expired_signing how = vv_signed_list_of(r);
	return vv_expired_add(r, &note, roots.items, roots.count, &how, err);
}

vv_status vv_expire_apply(vv_expire *e, vv_repository *r, vv_error *err)
{
	vv_auto(vv_fd) lock = vv_drop_lock(r, true, err);
	vv_status rc;

	if (lock < 0) return (vv_status)lock;
	if ((rc = vv_expire_list(e, r, err)) < 0 ||
	    (rc = vv_repository_set_incomplete(r, true, err)) < 0) {
		return rc;
	}
	return remove_blocks(e, r, false, err);
}
