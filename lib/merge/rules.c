/*
 * rules: reads varve.json at a commit, and looks in history for what a sum must not count twice.
 */
#include "lib/merge/rules.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/declared.h"
#include "repo/git/history/history.h"
#include "repo/git/tree.h"

#define FILE_MAX ((uint64_t)64 << 20)
enum { BASE, OURS, THEIRS };
enum { COMMITS_MAX = 10000 }; /* looked at on either side */

/* The id of varve.json in a commit; null: it has none. */
static vv_status find_file(vv_oid *out, vv_repository *r, const vv_oid *commit, vv_error *err)
{
	vv_tree_entry e;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = vv_tree_entry_at(r, commit, VV_RULES_NAME, &e, err)) < 0) {
		return vv_missing_ok(rc, err);
	}
	*out = e.id;
	vv_tree_entry_clear(&e);
	return VV_OK;
}

static vv_status read_file(vv_merge_rules *out, vv_repository *r, const vv_oid *file,
			   const char *path, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_json *top;
	vv_status rc;

	if (vv_oid_is_null(file)) return VV_OK;
	if ((rc = vv_blob_read(r, file, FILE_MAX, &text, err)) < 0 ||
	    (rc = vv_json_read(&top, &arena, text.data ? text.data : "", text.len, VV_RULES_NAME,
			       err)) < 0) {
		return rc;
	}
	const vv_json *merge = vv_json_get(top, "merge");
	return merge ? vv_merge_rules_read(out, merge, path, VV_RULES_NAME, err) : VV_OK;
}

static bool same_rules(const vv_merge_rules *a, const vv_merge_rules *b)
{
	return a->text.len == b->text.len &&
	       (a->text.len == 0 || memcmp(a->text.data, b->text.data, a->text.len) == 0);
}

/* Did only the other side change the rules, or both? file: varve.json that they are read from. */
static vv_status others_changed(bool *out, const vv_merge_rules *rules, const vv_oid *file,
				const vv_merge_scope *in, vv_error *err)
{
	const vv_oid *base = &in->commits[BASE];
	vv_auto(vv_merge_rules) other, old;
	vv_oid their_file, old_file;
	vv_status rc;

	vv_merge_rules_init(&other);
	vv_merge_rules_init(&old);
	*out = false;
	if ((rc = find_file(&their_file, in->repo, &in->commits[THEIRS], err)) < 0) return rc;
	if (vv_oid_equal(&their_file, file)) return VV_OK; /* as in nearly every merge */
	if ((rc = read_file(&other, in->repo, &their_file, in->path, err)) < 0 ||
	    same_rules(&other, rules)) {
		return rc;
	}
	*out = true;
	if (!vv_oid_is_null(base) && find_file(&old_file, in->repo, base, VV_IGNORED) == VV_OK &&
	    read_file(&old, in->repo, &old_file, in->path, VV_IGNORED) == VV_OK) {
		*out = !same_rules(&old, &other);
	}
	return VV_OK;
}

/* The rules of the other side are not used; where it changed them, or they cannot be read, that is said. */
static vv_status note_change(const vv_merge_rules *rules, const vv_oid *file,
			     const vv_merge_scope *in, vv_error *err)
{
	vv_error why;
	bool changed;

	if (vv_oid_is_null(&in->commits[THEIRS])) return VV_OK;
	vv_status rc = others_changed(&changed, rules, file, in, &why);
	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	if (rc == VV_OK && !changed) return VV_OK;
	vv_notes_warn(vv_repository_notes(in->repo),
		      "%s has other merge rules for %s in %s; those of %s are used",
		      in->names[THEIRS] ? vv_text_shows(in->names[THEIRS]) : "theirs",
		      vv_text_shows(in->path), VV_RULES_NAME,
		      in->names[OURS] ? vv_text_shows(in->names[OURS]) : "ours");
	return VV_OK;
}

vv_status vv_merge_rules_load(vv_merge_rules *out, const vv_merge_scope *in, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	const vv_oid *into = in->into;
	vv_oid file;
	vv_status rc;

	if (!into) {
		if ((rc = vv_head_read(in->repo, &head, err)) < 0) return rc;
		into = head.unborn ? NULL : &head.commit;
	}
	if (into && ((rc = find_file(&file, in->repo, into, err)) < 0 ||
		     (rc = read_file(out, in->repo, &file, in->path, err)) < 0 ||
		     (rc = note_change(out, &file, in, err)) < 0)) {
		return rc;
	}
	for (size_t i = 0; i < in->how.count; i++) {
		if ((rc = vv_merge_rules_put(out, in->how.items[i], err)) < 0) return rc;
	}
	if (in->swapped) {
		vv_merge_rules_swap(out);
	}
	return VV_OK;
}

vv_status vv_merge_rules_check(const vv_strings *how, vv_error *err)
{
	vv_auto(vv_merge_rules) rules;
	vv_status rc;

	vv_merge_rules_init(&rules);
	for (size_t i = 0; i < how->count; i++) {
		if ((rc = vv_merge_rules_put(&rules, how->items[i], err)) < 0) return rc;
	}
	return VV_OK;
}

/* --- twice --------------------------------------------------------------------------------------- */

/* Who made a change, when, and its subject: a commit that is picked or rebased keeps them. */
typedef struct origin {
	char *what;
	int64_t time;
} origin;

typedef struct origins {
	origin *list;
	size_t count, cap;
	bool all; /* false: there are more */
} origins;

static void origins_clear(origins *o)
{
	for (size_t i = 0; i < o->count; i++) {
		vv_free(o->list[i].what);
	}
	vv_free(o->list);
}

/* Of the commits of `of` that changed the path and that `without` lacks. */
static vv_status read_origins(origins *out, const vv_merge_scope *in, const vv_oid *of,
			      const vv_oid *without, vv_error *err)
{
	const vv_range range = {.include = *of, .exclude = *without, .has_exclude = true};
	const char *paths[] = {in->path, NULL};
	const vv_log_options opts = {
		.ranges = &range, .range_count = 1, .paths = paths, .max_count = COMMITS_MAX + 1};
	vv_auto(vv_log) *log = NULL;
	vv_oid id;
	int more = 0;
	vv_status rc = vv_log_open(&log, in->repo, &opts, err);

	while (rc == VV_OK && out->count <= COMMITS_MAX &&
	       (more = vv_log_next(log, &id, err)) > 0) {
		vv_auto(vv_commit) c = {0};
		vv_auto(vv_buf) what = VV_BUF_INIT;
		size_t len;

		if ((rc = vv_commit_read(in->repo, &id, &c, err)) < 0) return rc;
		if (c.parent_count > 1) {
			continue;
		}
		if (!vv_array_room(out->list, out->count, out->cap)) return vv_fail_nomem(err);
		const char *subject = vv_commit_subject(&c, &len);
		vv_buf_printf(&what, "%s %.*s", c.author.email, (int)len, subject);
		out->list[out->count++] = (origin){vv_strdup(vv_buf_cstr(&what)), c.author.time};
		if (what.failed || !out->list[out->count - 1].what) return vv_fail_nomem(err);
	}
	out->all = more == 0;
	return rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
}

static bool share(const origins *a, const origins *b)
{
	for (size_t i = 0; i < a->count; i++) {
		for (size_t k = 0; k < b->count; k++) {
			if (a->list[i].time == b->list[k].time &&
			    strcmp(a->list[i].what, b->list[k].what) == 0) {
				return true;
			}
		}
	}
	return false;
}

static vv_status find_picked(const char **why, const vv_merge_scope *in, const vv_oid *ours,
			     const vv_oid *theirs, vv_error *err)
{
	origins a = {0}, b = {0};
	vv_status rc = read_origins(&a, in, ours, theirs, err);

	rc = rc < 0 ? rc : read_origins(&b, in, theirs, ours, err);
	if (rc == VV_OK && (!a.all || !b.all || a.count * b.count > COMMITS_MAX * 1000u)) {
		*why = "too many commits to tell if a change is on both sides";
	} else if (rc == VV_OK && share(&a, &b)) {
		*why = "a commit that changed the table is on both sides";
	}
	origins_clear(&a);
	origins_clear(&b);
	return rc;
}

vv_status vv_merge_rules_twice(const char **why, const vv_merge_rules *rules,
			       const vv_merge_scope *in, vv_error *err)
{
	const vv_oid *ours = &in->commits[OURS], *theirs = &in->commits[THEIRS];
	vv_auto_free vv_oid *bases = NULL;
	size_t count = 0;
	vv_status rc;

	*why = NULL;
	if (!vv_merge_rules_have(rules, VV_MERGE_SUM) || vv_oid_is_null(ours) ||
	    vv_oid_is_null(theirs)) {
		return VV_OK;
	}
	if ((rc = vv_merge_bases(in->repo, ours, theirs, &bases, &count, err)) < 0) return rc;
	if (count > 1) {
		*why = "there are several common ancestors, after merges both ways";
		return VV_OK;
	}
	return find_picked(why, in, ours, theirs, err);
}

/* --- words --------------------------------------------------------------------------------------- */

static void put_rows(vv_buf *out, uint64_t rows, const char *what)
{
	if (rows > 0) {
		vv_buf_printf(out, "%s%s row%s %s by rule", out->len > 0 ? ", " : "",
			      vv_text_count(rows), rows == 1 ? "" : "s", what);
	}
}

void vv_merge_rules_describe(vv_buf *out, const vv_merge_stats *s)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	uint64_t all = 0;

	for (size_t i = 0; i < VV_MERGE_RULES; i++) {
		all += s->by_rule[i];
	}
	if (all > 0) {
		const char *before = " (";

		vv_buf_printf(&b, "%s cell%s by rule", vv_text_count(all), all == 1 ? "" : "s");
		for (size_t i = 0; i < VV_MERGE_RULES; i++) {
			if (s->by_rule[i] > 0) {
				vv_buf_printf(&b, "%s%s %s", before,
					      vv_merge_rule_name((vv_merge_rule_kind)i),
					      vv_text_count(s->by_rule[i]));
				before = ", ";
			}
		}
		vv_buf_putc(&b, ')');
	}
	put_rows(&b, s->rows_kept, "kept");
	put_rows(&b, s->rows_deleted, "deleted");
	vv_buf_put(out, b.data ? b.data : "", b.len);
	out->failed |= b.failed;
}
