/*
 * erase: the walk through everything that Git keeps, and what counts as one version.
 */
#include "lib/space/erase.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/path.h"
#include "base/show.h"
#include "base/sys.h"
#include "repo/git/blob.h"
#include "repo/git/history/commit.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/rewrite.h"
#include "repo/git/run_git.h"
#include "repo/git/tree.h"

#define OWN_REFS "refs/varve/"

/* A blob that a path had. */
typedef struct version {
	size_t path;
	vv_oid blob;
	bool spotted; /* it has a spot */
} version;

/* Where a content is. */
typedef enum origin {
	OF_NEW_VERSION, /* of the history; not counted yet */
	OF_KNOWN_VERSION,
	OF_INDEX,
	OF_WORK_TREE
} origin;

/* How often a value of a key came to a path. */
typedef struct arrival {
	size_t path, place;
	const char *column;
	uint64_t times;
	vv_erase_day newest;
} arrival;

typedef struct search {
	vv_erase *e;
	vv_repository *repo;
	vv_erase_scanner *scanner;
	const char **paths;
	size_t path_count, path_cap;
	vv_hash_index path_index;
	version *versions;
	size_t version_count, version_cap;
	vv_hash_index version_index;
	arrival *arrivals;
	size_t arrival_count, arrival_cap;
	vv_hash_index arrival_index;
	vv_hash_index spot_index, gap_index; /* of those of e */
	vv_string_list renames;              /* of columns: old, new, old, new ... */
	vv_string_list moves;                /* of paths, in the same form */
	bool column_found;                   /* a table has one of e->columns */
	/* of the current commit */
	const vv_erase_node *now;
	const vv_commit *commit;
	const char *shown; /* of notes: the ref, in place of paths; else NULL */
	vv_status (*on_version)(struct search *x, const vv_change *c, vv_error *err);
	vv_change *changes; /* copies: those that removed a path, or added one */
	size_t change_count, change_cap;
} search;

static void search_clear(search *x)
{
	vv_hash_index_clear(&x->path_index);
	vv_hash_index_clear(&x->version_index);
	vv_hash_index_clear(&x->arrival_index);
	vv_hash_index_clear(&x->spot_index);
	vv_hash_index_clear(&x->gap_index);
	vv_string_list_clear(&x->renames);
	vv_string_list_clear(&x->moves);
	vv_free_all(x->paths, x->versions, x->arrivals, x->changes);
}
VV_AUTO_CLEAR(search, search_clear)

void vv_erase_clear(vv_erase *e)
{
	vv_erase_found_clear(&e->found);
	vv_arena_clear(&e->arena);
	vv_erase_scanner_close(e->scanner);
	vv_erase_commits_clear(&e->history);
	vv_string_list_clear(&e->names);
	vv_free_all(e->spots, e->gaps, e->notes, e->reused, e->refs, e->hits);
	*e = (vv_erase){.values = NULL};
}

static uint64_t oid_hash(const vv_oid *id, uint64_t seed)
{
	return vv_xxh3(id->id, sizeof(id->id), vv_hash_seed() ^ seed);
}

static uint64_t text_hash(const char *text, uint64_t seed)
{
	if (!text) return text_hash("", seed);
	return vv_xxh3(text, strlen(text), vv_hash_seed() ^ seed);
}

static char *arena_text(search *x, const char *text)
{
	return vv_arena_strndup(&x->e->arena, text, strlen(text));
}

/* --- the result ------------------------------------------------------------------------------------- */

static vv_erase_day current_day(const search *x)
{
	if (!x->commit) return (vv_erase_day){.time = 0};
	const vv_person *who = &x->commit->committer;
	return (vv_erase_day){x->commit->id, who->time, who->offset_min};
}

static vv_status add_gap_of(search *x, const char *path, const char *why, bool expired, bool new,
			    vv_error *err)
{
	vv_erase *e = x->e;
	const uint64_t hash = text_hash(why, text_hash(path, 0));
	vv_erase_gap *found = vv_hash_find(e->gaps, &x->gap_index, hash, it,
					   strcmp(it->path, path) == 0 &&
						   strcmp(it->why, why) == 0);

	if (!found) {
		const vv_erase_gap gap = {arena_text(x, path), arena_text(x, why), 0, expired};

		if (!gap.path || !gap.why ||
		    !vv_hash_add(e->gaps, e->gap_count, e->gap_cap, &x->gap_index, hash, gap)) {
			return vv_fail_nomem(err);
		}
		found = &e->gaps[e->gap_count - 1];
		e->open_count += !expired;
	}
	found->versions += new;
	return VV_OK;
}

static vv_status add_gap(search *x, const char *path, const char *why, bool new, vv_error *err)
{
	return add_gap_of(x, path, why, false, new, err);
}

static vv_status add_note(search *x, vv_erase_note_kind kind, const char *name, vv_error *err)
{
	const char *copy = name ? arena_text(x, name) : NULL;
	const vv_erase_note note = {kind, current_day(x), copy};

	if (name && !copy) return vv_fail_nomem(err);
	return vv_array_add(x->e->notes, x->e->note_count, x->e->note_cap, note)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* Does one of the texts contain a value? Then all of them are noted once. */
static vv_status search_texts(search *x, vv_erase_note_kind kind, const char *name,
			      const char *const *texts, size_t count, vv_error *err)
{
	vv_auto(vv_erase_found) found = {0};

	for (size_t i = 0; i < count && x->e->values; i++) {
		(void)vv_erase_values_in(x->e->values, texts[i], strlen(texts[i]), &found);
	}
	if (found.count == 0) return VV_OK;
	vv_erase_found_join(&x->e->found, &found);
	return add_note(x, kind, name, err);
}

static int optional_order(const char *a, const char *b)
{
	if (!a || !b) return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static void widen_days(vv_erase_spot *spot, const vv_erase_day *day)
{
	if (vv_oid_is_null(&spot->first.commit) || day->time < spot->first.time) {
		spot->first = *day;
	}
	if (vv_oid_is_null(&spot->last.commit) || day->time > spot->last.time) {
		spot->last = *day;
	}
}

static bool optional_text(const char **out, search *x, const char *text)
{
	*out = text ? arena_text(x, text) : NULL;
	return *out || !text;
}

static vv_status find_spot(vv_erase_spot **out, search *x, const char *path,
			   const vv_erase_place *p, vv_error *err)
{
	vv_erase *e = x->e;
	const uint64_t hash = text_hash(p->column, text_hash(p->table, text_hash(path, p->kind)));

	*out = vv_hash_find(e->spots, &x->spot_index, hash, it,
			    it->kind == p->kind && strcmp(it->path, path) == 0 &&
				    optional_order(it->table, p->table) == 0 &&
				    optional_order(it->column, p->column) == 0);
	if (*out) return VV_OK;
	vv_erase_spot new = {.path = arena_text(x, path), .kind = p->kind};
	if (!new.path || !optional_text(&new.table, x, p->table) ||
	    !optional_text(&new.column, x, p->column) ||
	    !vv_hash_add(e->spots, e->spot_count, e->spot_cap, &x->spot_index, hash, new)) {
		return vv_fail_nomem(err);
	}
	*out = &e->spots[e->spot_count - 1];
	return VV_OK;
}

static bool has_column(const char *const *list, const char *name)
{
	return vv_ended_find(list, it, strcmp(*it, name) == 0) != NULL;
}

static bool may_have_asked_column(const search *x, const vv_erase_content *c)
{
	if (c->document || c->gap) return true;
	for (size_t i = 0; c->columns && x->e->columns && i < x->e->columns->count; i++) {
		if (has_column(VV_TEXTS(c->columns), x->e->columns->items[i])) return true;
	}
	return false;
}

static vv_status add_content(search *x, const char *path, const vv_erase_content *c, origin from,
			     vv_error *err)
{
	const bool new = from == OF_NEW_VERSION;
	const vv_erase_day day = current_day(x);
	vv_status rc;

	x->column_found = x->column_found || may_have_asked_column(x, c);
	if (c->gap && (rc = add_gap_of(x, path, c->gap, c->expired, new, err)) < 0) return rc;
	vv_array_each(c->places, c->count, p) {
		vv_erase_spot *spot;

		if ((rc = find_spot(&spot, x, path, p, err)) < 0) return rc;
		spot->rows = p->rows > spot->rows ? p->rows : spot->rows;
		spot->versions += new;
		spot->staged |= from == OF_INDEX;
		spot->work |= from == OF_WORK_TREE;
		vv_erase_found_join(&x->e->found, &p->values);
		if (x->commit) {
			widen_days(spot, &day);
			spot->reached |= x->now->reached;
		}
	}
	return x->e->found.failed ? vv_fail_nomem(err) : VV_OK;
}

/* --- paths and versions ------------------------------------------------------------------------------ */

static vv_status find_path(size_t *out, search *x, const char *path, vv_error *err)
{
	const uint64_t hash = text_hash(path, 0);
	const char **found = vv_hash_find(x->paths, &x->path_index, hash, it,
					  strcmp(*it, path) == 0);

	*out = found ? (size_t)(found - x->paths) : x->path_count;
	if (found) return VV_OK;
	const char *copy = arena_text(x, path);
	if (!copy ||
	    !vv_hash_add(x->paths, x->path_count, x->path_cap, &x->path_index, hash, copy)) {
		return vv_fail_nomem(err);
	}
	return x->shown ? VV_OK : search_texts(x, VV_ERASE_PATH, path, &path, 1, err);
}

static vv_status note_version(search *x, size_t path, const vv_oid *blob, bool spotted, bool *new,
			      vv_error *err)
{
	const uint64_t hash = oid_hash(blob, path);

	*new = !vv_hash_find(x->versions, &x->version_index, hash, it,
			     it->path == path && vv_oid_equal(&it->blob, blob));
	if (!*new) return VV_OK;
	x->e->versions++;
	return vv_hash_add(x->versions, x->version_count, x->version_cap, &x->version_index, hash,
			   (version){path, *blob, spotted})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* --- keys that are used again ------------------------------------------------------------------------- */

static const vv_erase_place *key_place(const vv_erase_content *c)
{
	return !c->key ? NULL
		       : vv_array_find(c->places, c->count, it,
				       it->kind == VV_ERASE_CELL && !it->table && it->column &&
					       strcmp(it->column, c->key) == 0);
}

static vv_status note_arrival(search *x, size_t path, size_t place, const char *column,
			      vv_error *err)
{
	const uint64_t hash = vv_xxh3(&place, sizeof(place), vv_hash_seed() ^ path);
	const vv_erase_day day = current_day(x);
	const arrival new = {
		.path = path, .place = place, .column = column, .times = 1, .newest = day};
	arrival *a = vv_hash_find(x->arrivals, &x->arrival_index, hash, it,
				  it->path == path && it->place == place);

	if (!a) {
		return vv_hash_add(x->arrivals, x->arrival_count, x->arrival_cap, &x->arrival_index,
				   hash, new)
			       ? VV_OK
			       : vv_fail_nomem(err);
	}
	a->times++;
	a->newest = day.time > a->newest.time ? day : a->newest;
	return VV_OK;
}

/* Notes the values that the key of a version has, and that of its parent's version has not. */
static vv_status note_arrivals(search *x, size_t path, const vv_erase_content *older,
			       const vv_erase_content *newer, vv_error *err)
{
	const vv_erase_place *now = key_place(newer), *before = older ? key_place(older) : NULL;
	vv_status rc;

	if (!now || x->e->all || x->e->from || (older && older->gap)) return VV_OK;
	vv_array_each(now->values.items, now->values.count, place) {
		if (before && vv_erase_found_has(&before->values, *place)) {
			continue;
		}
		if ((rc = note_arrival(x, path, *place, now->column, err)) < 0) return rc;
	}
	return VV_OK;
}

/* --- columns ------------------------------------------------------------------------------------------ */

static bool has_other_column(const vv_erase_content *a, const vv_erase_content *b)
{
	for (const char **at = a->columns; *at; at++) {
		if (!has_column(VV_TEXTS(b->columns), *at)) return true;
	}
	return false;
}

static vv_status note_columns(search *x, const char *path, const vv_change *c,
			      const vv_erase_content *older, const vv_erase_content *newer,
			      vv_error *err)
{
	if (!x->e->columns || !older || !older->columns || !newer->columns ||
	    !has_other_column(older, newer) || !has_other_column(newer, older)) {
		return VV_OK;
	}
	return vv_erase_renames(&x->renames, x->scanner, path, &c->old_id, &c->new_id, err);
}

/* --- a commit ----------------------------------------------------------------------------------------- */

/* Scans the version before a change; *out is NULL if there is none. */
static vv_status scan_older(const vv_erase_content **out, search *x, const vv_change *c,
			    vv_error *err)
{
	*out = NULL;
	if (!vv_mode_is_file(c->old_mode)) return VV_OK;
	return vv_erase_scan_blob(out, x->scanner, c->path, &c->old_id, err);
}

static vv_status add_hit(search *x, const vv_change *c, vv_error *err)
{
	vv_erase *e = x->e;
	const vv_erase_hit hit = {arena_text(x, c->path), c->new_id};

	return hit.path && vv_array_add(e->hits, e->hit_count, e->hit_cap, hit)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static vv_status search_version(search *x, const vv_change *c, vv_error *err)
{
	const char *path = x->shown ? x->shown : c->path;
	const vv_erase_content *newer, *older;
	bool new;
	size_t at;
	vv_status rc;

	if ((rc = find_path(&at, x, path, err)) < 0) return rc;
	if (vv_mode_is_submodule(c->new_mode)) {
		rc = note_version(x, at, &c->new_id, false, &new, err);
		return rc < 0 ? rc
			      : add_gap(x, path, "a submodule: its repository was not searched",
					new, err);
	}
	if ((rc = vv_erase_scan_blob(&newer, x->scanner, c->path, &c->new_id, err)) < 0 ||
	    (rc = note_version(x, at, &c->new_id, newer->count > 0, &new, err)) < 0 ||
	    (new && newer->count > 0 && (rc = add_hit(x, c, err)) < 0) ||
	    (rc = add_content(x, path, newer, new ? OF_NEW_VERSION : OF_KNOWN_VERSION, err)) < 0 ||
	    !newer->table || (rc = scan_older(&older, x, c, err)) < 0 ||
	    (rc = note_columns(x, c->path, c, older, newer, err)) < 0) {
		return rc;
	}
	return note_arrivals(x, at, older, newer, err);
}

/* Is the content of the path that of another parent, too? Then it came from there. */
static vv_status came_by_merge(bool *out, const search *x, const vv_change *c, vv_error *err)
{
	vv_status rc;

	*out = false;
	for (size_t i = 1; i < x->now->parent_count && !*out; i++) {
		const vv_erase_node *parent = vv_erase_node_parent(&x->e->history, x->now, i);
		vv_auto(vv_tree_entry) entry = {.path = NULL};

		rc = vv_tree_entry_at(x->repo, &parent->id, c->path, &entry, err);
		if ((rc = vv_missing_ok(rc, err)) < 0) return rc;
		*out = vv_oid_equal(&entry.id, &c->new_id);
	}
	return VV_OK;
}

static bool is_followed(const search *x, const char *path)
{
	return !x->e->where || strcmp(path, x->e->path) == 0 ||
	       vv_text_is_among(path, VV_TEXTS(x->moves.items), x->moves.count);
}

static vv_status on_change(void *payload, const vv_change *c, vv_error *err)
{
	search *x = payload;
	bool merged;
	vv_status rc;

	if (c->new_mode == 0 || vv_oid_equal(&c->old_id, &c->new_id) || !is_followed(x, c->path)) {
		return VV_OK;
	}
	if ((rc = came_by_merge(&merged, x, c, err)) < 0 || merged) return rc;
	return x->on_version(x, c, err);
}

static vv_status search_commit_texts(search *x, vv_error *err)
{
	const vv_commit *c = x->commit;
	const vv_person *author = &c->author, *by = &c->committer;
	const char *people[] = {author->name, author->email, by->name, by->email};
	vv_auto(vv_buf) quoted = VV_BUF_INIT;
	vv_status rc = vv_rewrite_quoted_words(x->repo, &c->id, &quoted, err);
	const char *messages[] = {c->message, vv_buf_cstr(&quoted)};

	if (rc < 0) return rc;
	rc = search_texts(x, VV_ERASE_MESSAGE, NULL, messages, 2, err);
	return rc < 0 ? rc : search_texts(x, VV_ERASE_PERSON, NULL, people, 4, err);
}

static const vv_oid *first_parent(const search *x, const vv_erase_node *n)
{
	return n->parent_count > 0 ? &vv_erase_node_parent(&x->e->history, n, 0)->id : NULL;
}

/* Returns the ref of a commit that only notes reach. */
static const char *notes_ref(const vv_erase_node *n)
{
	return n->reached == 1u << VV_REACH_NOTES ? n->notes : NULL;
}

static vv_status search_commit(search *x, const vv_erase_node *n, vv_error *err)
{
	vv_auto(vv_commit) commit = {0};
	vv_status rc = vv_commit_read(x->repo, &n->id, &commit, err);

	if (rc < 0) return rc;
	x->now = n;
	x->commit = &commit;
	x->shown = notes_ref(n);
	if ((rc = search_commit_texts(x, err)) == VV_OK) {
		rc = vv_tree_changes(x->repo, first_parent(x, n), &n->id, "", on_change, x, err);
	}
	x->commit = NULL;
	x->now = NULL;
	x->shown = NULL;
	return rc;
}

/* --- the commits -------------------------------------------------------------------------------------- */

static vv_status add_tip(search *x, const char *name, const vv_oid *commit, unsigned reach,
			 vv_error *err)
{
	const char *copy = name ? arena_text(x, name) : NULL;

	if (name && !copy) return vv_fail_nomem(err);
	return vv_erase_commits_add(&x->e->history, copy, commit, reach, err);
}

static vv_status on_tree_entry(void *payload, const vv_tree_entry *entry, vv_error *err)
{
	const vv_change c = {.path = entry->path, .new_mode = entry->mode, .new_id = entry->id};

	return search_version(payload, &c, err);
}

/* A ref, such as a tag, to a tree or a blob. */
static vv_status search_object(search *x, const vv_ref *ref, vv_error *err)
{
	const vv_change c = {.path = ref->name, .new_mode = 0100644, .new_id = ref->id};
	uint64_t size;

	if (x->e->where) return VV_OK;
	if (vv_blob_size(x->repo, &ref->id, &size, VV_IGNORED) == VV_OK) {
		return search_version(x, &c, err);
	}
	if (vv_tree_each(x->repo, &ref->id, "", on_tree_entry, x, VV_IGNORED) == VV_OK) {
		return VV_OK;
	}
	return add_gap(x, ref->name,
		       "a ref to an object that is neither a commit, a tree nor a file", false,
		       err);
}

static vv_status on_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	search *x = payload;
	const char *name = ref->name;
	vv_status rc;

	if (strncmp(name, OWN_REFS, strlen(OWN_REFS)) == 0) return VV_OK;
	if ((rc = search_texts(x, VV_ERASE_REF, name, &name, 1, err)) < 0) return rc;
	if (vv_oid_is_null(&ref->commit)) return search_object(x, ref, err);
	return add_tip(x, name, &ref->commit, vv_erase_reach_of(name), err);
}

static vv_status git_lines(vv_buf *out, search *x, const char *const *args, vv_error *err)
{
	const vv_git_call call = {.args = args,
				  .repo = x->repo,
				  .dir = vv_repository_workdir(x->repo),
				  .output = out};
	vv_auto(vv_buf) said = VV_BUF_INIT;
	int code = 0;
	vv_status rc = vv_git_run(&call, &said, &code, err);

	return rc == VV_OK && code != 0
		       ? vv_git_explain("cannot list what this repository has", &said, code, err)
		       : rc;
}

/* HEADs of all work trees, and reflogs. */
static vv_status add_log_tips(search *x, vv_error *err)
{
	static const char *const args[] = {
		"rev-list", "--no-walk=unsorted", "--exclude=" OWN_REFS "*",
		"--all",    "--reflog",           NULL};
	vv_auto(vv_buf) lines = VV_BUF_INIT;
	vv_status rc = git_lines(&lines, x, args, err);
	vv_oid id;

	for (size_t at = 0; rc == VV_OK && at + VV_OID_TEXT < lines.len; at += VV_OID_TEXT + 1) {
		if (!vv_oid_parse(&id, lines.data + at, VV_OID_TEXT)) {
			return vv_fail(err, VV_EIO,
				       "'git rev-list' printed something other than ids");
		}
		rc = add_tip(x, NULL, &id, VV_REACH_LOG, err);
	}
	return rc;
}

static vv_status add_head(search *x, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	const vv_status rc = vv_head_read(x->repo, &head, err);

	return rc < 0 || !head.detached ? rc
					: add_tip(x, "HEAD", &head.commit, VV_REACH_BRANCH, err);
}

/* Refs of a remote. Those to trees and files are not searched. */
static vv_status add_also(search *x, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && x->e->also && i < x->e->also->count; i++) {
		vv_oid commit;

		if (vv_rev_commit(x->repo, vv_oid_shows(&x->e->also->items[i]), &commit,
				  VV_IGNORED) == VV_OK) {
			rc = add_tip(x, NULL, &commit, VV_REACH_BRANCH, err);
		}
	}
	return rc;
}

static vv_status find_commits(search *x, vv_error *err)
{
	bool shallow = false;
	vv_status rc;

	if ((rc = vv_refs_each(x->repo, "", on_ref, x, err)) < 0 || (rc = add_head(x, err)) < 0 ||
	    (rc = add_log_tips(x, err)) < 0 || (rc = add_also(x, err)) < 0 ||
	    (rc = vv_erase_commits_list(&x->e->history, x->repo, x->e->from, &shallow, err)) < 0) {
		return rc;
	}
	return shallow ? add_gap(x, "(history)",
				 "this clone is shallow: older commits are not here ('git fetch --unshallow')",
				 false, err)
		       : VV_OK;
}

static vv_status each_commit(search *x, const char *what,
			     vv_status (*fn)(search *x, const vv_erase_node *n, vv_error *err),
			     vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < x->e->history.count; i++) {
		const vv_erase_node *n = &x->e->history.nodes[i];

		if (!n->chosen) {
			continue;
		}
		rc = vv_progress_part(x->e->progress, what, i, x->e->history.count, err);
		if (rc < 0 || (rc = fn(x, n, err)) < 0) return rc;
	}
	return VV_OK;
}

/* --- the table of a condition -------------------------------------------------------------------------- */

static vv_status keep_change(void *payload, const vv_change *c, vv_error *err)
{
	search *x = payload;
	vv_change copy = *c;

	if ((c->old_mode != 0) == (c->new_mode != 0)) return VV_OK;
	copy.path = arena_text(x, c->path);
	return copy.path && vv_array_add(x->changes, x->change_count, x->change_cap, copy)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* Notes the files that a commit moved without other changes. */
static vv_status note_moves(search *x, const vv_erase_node *n, vv_error *err)
{
	vv_status rc;

	x->change_count = 0;
	rc = vv_tree_changes(x->repo, first_parent(x, n), &n->id, "", keep_change, x, err);
	if (rc < 0 || n->parent_count == 0) return rc;
	vv_array_each(x->changes, x->change_count, to) {
		const vv_change *from = vv_array_find(
			x->changes, to->new_mode != 0 ? x->change_count : 0, it,
			it->old_mode != 0 && vv_oid_equal(&it->old_id, &to->new_id));

		if (from && ((rc = vv_string_list_add(&x->moves, vv_strdup(from->path), err)) < 0 ||
			     (rc = vv_string_list_add(&x->moves, vv_strdup(to->path), err)) < 0)) {
			return rc;
		}
	}
	return VV_OK;
}

/* Sets x->moves to all paths that the table had. */
static vv_status close_moves(search *x, vv_error *err)
{
	vv_auto(vv_string_list) names = {0};
	vv_status rc = vv_string_list_add(&names, vv_strdup(x->e->path), err);

	if (rc < 0 || (rc = vv_erase_names_close(&names, &x->moves, err)) < 0) return rc;
	vv_string_list_clear(&x->moves);
	x->moves = names;
	names = (vv_string_list){0};
	return VV_OK;
}

static vv_status note_renames(search *x, const vv_change *c, vv_error *err)
{
	if (!vv_mode_is_file(c->old_mode) || !vv_mode_is_file(c->new_mode)) return VV_OK;
	return vv_erase_renames(&x->renames, x->scanner, c->path, &c->old_id, &c->new_id, err);
}

/* Makes the scanner find the columns of conditions by all their names. */
static vv_status add_names_of_columns(search *x, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < x->renames.count; i++) {
		vv_auto(vv_string_list) names = {0};

		if ((rc = vv_string_list_add(&names, vv_strdup(x->renames.items[i]), err)) < 0 ||
		    (rc = vv_erase_names_close(&names, &x->renames, err)) < 0) {
			return rc;
		}
		for (size_t k = 1; k < names.count; k++) {
			rc = vv_erase_scanner_rename(x->scanner, names.items[0], names.items[k],
						     err);
			if (rc < 0) return rc;
		}
	}
	return VV_OK;
}

static vv_status follow_table(search *x, vv_error *err)
{
	vv_status rc;

	if ((rc = each_commit(x, "following the table", note_moves, err)) < 0 ||
	    (rc = close_moves(x, err)) < 0) {
		return rc;
	}
	x->on_version = note_renames;
	if ((rc = each_commit(x, "following the columns", search_commit, err)) < 0) return rc;
	return add_names_of_columns(x, err);
}

/* --- beside the history --------------------------------------------------------------------------------- */

static vv_status on_staged(void *payload, const vv_change *c, vv_error *err)
{
	search *x = payload;
	const vv_erase_content *content;
	size_t at;
	vv_status rc;

	if (!vv_mode_is_file(c->new_mode) || !is_followed(x, c->path)) return VV_OK;
	if ((rc = find_path(&at, x, c->path, err)) < 0 ||
	    (rc = vv_erase_scan_blob(&content, x->scanner, c->path, &c->new_id, err)) < 0) {
		return rc;
	}
	return add_content(x, c->path, content, OF_INDEX, err);
}

static vv_status search_index(search *x, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	const vv_status rc = vv_head_read(x->repo, &head, err);

	if (rc < 0) return rc;
	return vv_index_changes(x->repo, NULL, vv_oid_is_null(&head.commit) ? NULL : &head.commit,
				on_staged, x, err);
}

static vv_status search_file(search *x, const char *path, vv_error *err)
{
	vv_auto(char) *file = vv_path_join(vv_repository_workdir(x->repo), path, NULL);
	const vv_erase_content *content;
	vv_stat st;
	size_t at;
	vv_status rc;

	if (!file) return vv_fail_nomem(err);
	if (!is_followed(x, path) || vv_lstat(&st, file, VV_IGNORED) < 0) return VV_OK;
	if (!S_ISREG(st.mode) && !S_ISLNK(st.mode)) {
		return add_gap(x, path, "in the work tree: not a file", false, err);
	}
	if ((rc = find_path(&at, x, path, err)) < 0 ||
	    (rc = vv_erase_scan_file(&content, x->scanner, path, err)) < 0) {
		return rc;
	}
	return add_content(x, path, content, OF_WORK_TREE, err);
}

/* Files that differ from the index, and those that are in none and not ignored. */
static vv_status search_work_tree(search *x, vv_error *err)
{
	static const char *const args[] = {"ls-files",           "-z", "--modified", "--others",
					   "--exclude-standard", NULL};
	vv_auto(vv_buf) names = VV_BUF_INIT;
	vv_status rc = git_lines(&names, x, args, err);

	for (size_t at = 0; rc == VV_OK && at < names.len; at += strlen(names.data + at) + 1) {
		rc = search_file(x, names.data + at, err);
	}
	return rc;
}

/* Searches records of 4 texts, each ended by NUL and the last by a line end, too. */
static vv_status search_records(search *x, const vv_buf *b, vv_error *err)
{
	const char *text[4];
	size_t n = 0;
	vv_status rc;

	for (size_t at = 0; at < b->len; at += strlen(b->data + at) + 1) {
		text[n] = b->data + at + (n == 0 && b->data[at] == '\n');
		if (++n < 4) {
			continue;
		}
		if ((rc = search_texts(x, VV_ERASE_LOG, text[0], text + 1, 3, err)) < 0) return rc;
		n = 0;
	}
	return VV_OK;
}

/* The tag of a ref, and the tags to which it points. */
static vv_status search_tag(void *payload, const vv_ref *ref, vv_error *err)
{
	search *x = payload;
	vv_auto(vv_buf) words = VV_BUF_INIT;
	const vv_erase_node *n = vv_erase_commits_find(&x->e->history, &ref->commit);

	const vv_status rc = vv_rewrite_tag_words(x->repo, &ref->id, &words, err);
	const char *text = vv_buf_cstr(&words);

	return rc < 0 || (x->e->from && !(n && n->chosen))
		       ? rc
		       : search_texts(x, VV_ERASE_TAG, ref->name, &text, 1, err);
}

static vv_status search_logs(search *x, vv_error *err)
{
	static const char *const args[] = {"log",
					   "--walk-reflogs",
					   "--all",
					   "--no-show-signature",
					   "--format=%gD%x00%gn%x00%ge%x00%gs%x00",
					   NULL};
	vv_auto(vv_buf) lines = VV_BUF_INIT;

	if (x->e->history.tip_count == 0) return VV_OK;
	if (git_lines(&lines, x, args, VV_IGNORED) < 0) {
		return add_gap(x, "(reflogs)", "git could not list them", false, err);
	}
	return search_records(x, &lines, err);
}

static vv_status search_beside(search *x, vv_error *err)
{
	vv_status rc = x->e->where ? VV_OK : vv_refs_each(x->repo, "refs/", search_tag, x, err);

	if (rc < 0 || x->e->from) return rc;
	if (!vv_repository_is_bare(x->repo) &&
	    ((rc = search_index(x, err)) < 0 || (rc = search_work_tree(x, err)) < 0)) {
		return rc;
	}
	return x->e->where ? VV_OK : search_logs(x, err);
}

/* --- the refs that still have it -------------------------------------------------------------------------- */

typedef struct holding {
	search *x;
	bool has;
} holding;

static vv_status on_held(void *payload, const vv_tree_entry *entry, vv_error *err VV_UNUSED)
{
	holding *h = payload;
	const search *x = h->x;
	const char **path = vv_hash_find(x->paths, &x->path_index, text_hash(entry->path, 0), it,
					 strcmp(*it, entry->path) == 0);

	if (!path || h->has) return VV_OK;
	const size_t at = (size_t)(path - x->paths);
	const version *v = vv_hash_find(x->versions, &x->version_index, oid_hash(&entry->id, at),
					it, it->path == at && vv_oid_equal(&it->blob, &entry->id));
	h->has = v && v->spotted;
	return VV_OK;
}

static vv_status find_refs(search *x, vv_error *err)
{
	vv_erase *e = x->e;
	vv_status rc;

	vv_array_each(x->e->history.tips, e->spot_count > 0 ? x->e->history.tip_count : 0, t) {
		holding h = {.x = x};
		const vv_erase_node *n = vv_erase_commits_find(&x->e->history, &t->commit);

		if (!t->name || t->reach == VV_REACH_NOTES || !n || !n->chosen) {
			continue;
		}
		rc = vv_tree_each(x->repo, &t->commit, "", on_held, &h, err);
		if (rc < 0) return rc;
		if (h.has && !vv_array_add(e->refs, e->ref_count, e->ref_cap, t->name)) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

/* --- the end ------------------------------------------------------------------------------------------------ */

static int by_place_of_spot(const void *a, const void *b)
{
	const vv_erase_spot *x = a, *y = b;
	const int path = strcmp(x->path, y->path);

	if (path != 0) return path;
	const int table = optional_order(x->table, y->table);
	if (table != 0) return table;
	if (x->asked != y->asked) return x->asked ? -1 : 1;
	if (x->kind != y->kind) return (int)x->kind - (int)y->kind;
	return optional_order(x->column, y->column);
}

static vv_status mark_asked_columns(search *x, vv_string_list *names, vv_error *err)
{
	vv_erase *e = x->e;
	vv_status rc;

	for (size_t i = 0; e->columns && i < e->columns->count; i++) {
		rc = vv_string_list_add(names, vv_strdup(e->columns->items[i]), err);
		if (rc < 0) return rc;
	}
	if ((rc = vv_erase_names_close(names, &x->renames, err)) < 0) return rc;
	vv_array_each(e->spots, e->spot_count, it) {
		it->asked = it->kind == VV_ERASE_CELL &&
			    (!e->columns || !it->column ||
			     vv_text_is_among(it->column, VV_TEXTS(names->items), names->count));
	}
	if (e->spot_count > 0) {
		qsort(e->spots, e->spot_count, sizeof(*e->spots), by_place_of_spot);
	}
	if (e->columns && !x->column_found) {
		return vv_fail(err, VV_ENOTFOUND,
			       "no version of a table that was searched has a column '%s'\n"
			       "without --column, every column is searched",
			       vv_text_shows(e->columns->items[0]));
	}
	return VV_OK;
}

static vv_status find_reused(search *x, const vv_string_list *names, vv_error *err)
{
	vv_erase *e = x->e;

	vv_array_each(x->arrivals, x->arrival_count, a) {
		if (a->times < 2 ||
		    (e->columns &&
		     !vv_text_is_among(a->column, VV_TEXTS(names->items), names->count))) {
			continue;
		}
		const vv_erase_reused r = {.path = x->paths[a->path],
					   .column = arena_text(x, a->column),
					   .place = a->place,
					   .again = a->newest,
					   .times = a->times};
		if (!r.column || !vv_array_add(e->reused, e->reused_count, e->reused_cap, r)) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

static vv_status complete_result(search *x, vv_error *err)
{
	vv_erase *e = x->e;
	vv_status rc;

	vv_array_each(x->e->history.nodes, x->e->history.count, n) {
		e->commits += n->chosen;
	}
	vv_erase_scanner_counts(x->scanner, &e->groups, &e->group_uses);
	if (e->where && x->version_count == 0 && x->path_count == 0) {
		return vv_fail(err, VV_ENOTFOUND, "no version has the file '%s'",
			       vv_text_shows(e->path));
	}
	if ((rc = mark_asked_columns(x, &e->names, err)) < 0) return rc;
	return (rc = find_reused(x, &e->names, err)) < 0 ? rc : find_refs(x, err);
}

vv_status vv_erase_find(vv_erase *e, vv_repository *repo, vv_dataset_reader *reader, vv_error *err)
{
	vv_auto(search) x = {.e = e, .repo = repo, .on_version = search_version};
	vv_status rc = vv_erase_scanner_open(&e->scanner, repo, reader, e->values, e->where, err);

	x.scanner = e->scanner;
	if (rc < 0 || (rc = find_commits(&x, err)) < 0 ||
	    (e->where && (rc = follow_table(&x, err)) < 0)) {
		return rc;
	}
	x.on_version = search_version;
	if ((rc = each_commit(&x, "searching", search_commit, err)) < 0 ||
	    (rc = search_beside(&x, err)) < 0) {
		return rc;
	}
	return complete_result(&x, err);
}
