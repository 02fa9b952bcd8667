/*
 * rules: reads varve.json at a commit.
 */
#include "lib/merge/rules.h"

#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/declared.h"
#include "lib/names/table_at.h"
#include "lib/names/version.h"
#include "repo/git/history/history.h"
#include "repo/git/tree.h"

#define FILE_MAX ((uint64_t)64 << 20)
enum { BASE, OURS, THEIRS };

/* The id of varve.json in a commit; null: it has none. */
static vv_status find_file(vv_oid *out, vv_repository *r, const vv_oid *commit, vv_error *err)
{
	vv_auto(vv_tree_entry) e = {.path = NULL};
	const vv_status rc = vv_tree_entry_at(r, commit, VV_RULES_NAME, &e, err);

	*out = e.id;
	return vv_missing_ok(rc, err);
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
	vv_auto(vv_merge_rules) other = {0}, old = {0};
	vv_oid their_file, old_file;
	vv_status rc;

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

/* The rules of the other side are not used; notes if it changed them, or if they are unreadable. */
static vv_status note_change(const vv_merge_rules *rules, const vv_oid *file,
			     const vv_merge_scope *in, vv_error *err)
{
	vv_error why;
	bool changed;

	if (vv_oid_is_null(&in->commits[THEIRS])) return VV_OK;
	vv_status rc = others_changed(&changed, rules, file, in, &why);
	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	if (rc == VV_OK && !changed) return VV_OK;
	const char *theirs = in->names[THEIRS] ? vv_text_shows(in->names[THEIRS]) : "theirs";
	const char *ours = in->names[OURS] ? vv_text_shows(in->names[OURS]) : "ours";

	vv_notes_warn(
		vv_repository_notes(in->repo),
		rc < 0 ? "%s has merge rules for %s in %s that cannot be read; using those of %s"
		       : "%s has different merge rules for %s in %s; using those of %s",
		theirs, vv_text_shows(in->path), VV_RULES_NAME, ours);
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
	vv_array_each(in->how.items, in->how.count, it) {
		if ((rc = vv_merge_rules_put(out, *it, err)) < 0) return rc;
	}
	if (in->swapped) {
		vv_merge_rules_swap(out);
	}
	return VV_OK;
}

vv_status vv_merge_rules_check(const vv_strings *how, vv_error *err)
{
	vv_auto(vv_merge_rules) rules = {0};
	vv_status rc;

	vv_array_each(how->items, how->count, it) {
		if ((rc = vv_merge_rules_put(&rules, *it, err)) < 0) return rc;
	}
	return VV_OK;
}

/* The columns of -X that no table is known to have. */
typedef struct sought {
	vv_repository *repo;
	vv_dataset_reader *reader;
	const vv_oid *commit;
	vv_strings names; /* borrowed; NULL: found */
	size_t left;      /* how many are not found */
} sought;

static vv_status find_columns(void *payload, const vv_tree_entry *e, vv_error *err)
{
	sought *s = payload;
	vv_auto(vv_table_at) t = {.open = false};

	if (s->left == 0 || !S_ISREG(e->mode)) return VV_OK;
	vv_status rc = vv_table_at_open(&t, s->repo, s->reader,
					&(vv_version_name){.path = e->path, .commit = s->commit},
					NULL, err);
	if (rc < 0) return vv_error_excuse(rc, t.none, err);
	for (size_t i = 0; i < s->names.count; i++) {
		const char *name = s->names.items[i];

		if (name && vv_schema_find(&t.table.schema, name, strlen(name)) >= 0) {
			s->names.items[i] = NULL;
			s->left--;
		}
	}
	return VV_OK;
}

vv_status vv_merge_rules_check_columns(vv_repository *r, vv_dataset_reader *reader,
				       const vv_strings *how, const vv_oid *ours,
				       const vv_oid *theirs, vv_error *err)
{
	vv_auto(vv_merge_rules) rules = {0};
	const vv_oid *commits[] = {ours, theirs};
	sought s = {.repo = r, .reader = reader};
	vv_status rc = VV_OK;

	vv_array_each(how->items, how->count, it) {
		if ((rc = vv_merge_rules_put(&rules, *it, err)) < 0) return rc;
	}
	s.names.items = vv_arena_calloc(&rules.arena, rules.count + 1, sizeof(char *));
	if (!s.names.items) return vv_fail_nomem(err);
	vv_array_each(rules.columns, rules.count, column) {
		if (strcmp(column->column, "*") != 0) {
			s.names.items[s.names.count++] = column->column;
		}
	}
	s.left = s.names.count;
	for (size_t i = 0; i < 2 && s.left > 0; i++) {
		s.commit = commits[i];
		rc = vv_tree_each(r, s.commit, "", find_columns, &s, err);
		if (rc < 0) return vv_error_excuse(rc, rc != VV_ENOMEM, err);
	}
	const char **lacking = vv_array_find(s.names.items, s.names.count, it, *it);
	return lacking ? vv_fail(err, VV_EUSAGE, "-X: no table of either side has a column '%s'",
				 vv_text_shows(*lacking))
		       : VV_OK;
}

static bool warn_column(vv_repository *r, const vv_merge_rules *rules, const char *path,
			const vv_schema *s, const vv_field *f)
{
	const vv_merge_rule *rule = vv_merge_rules_find(rules, f->name, f->name_len);
	const bool latest = rule && rule->kind == VV_MERGE_LATEST;
	const bool greater = rule && (rule->kind == VV_MERGE_MAX || rule->kind == VV_MERGE_MIN);
	const long by = latest ? vv_schema_find(s, rule->by, strlen(rule->by)) : -1;

	f = by >= 0 ? &s->fields[by] : f;
	if ((greater || by >= 0) && f->type == VV_TYPE_STRING) {
		vv_notes_warn(vv_repository_notes(r),
			      "%s: the rule \"%s\" requires an order, and the column '%s' is text: "
			      "declare its type or format to avoid conflicts",
			      vv_text_shows(path), vv_merge_rule_name(rule->kind),
			      vv_text_name(f->name, f->name_len));
		return true;
	}
	return false;
}

static vv_status warn_table(vv_dataset_reader *reader, vv_repository *r, const vv_oid *file,
			    const char *path, vv_error *err)
{
	vv_auto(vv_merge_rules) rules = {0};
	vv_auto(vv_table_at) at = {.open = false};
	vv_status rc;

	if ((rc = read_file(&rules, r, file, path, err)) < 0 ||
	    (rules.count == 0 && rules.new_keys == VV_MERGE_KEYS_ASK) ||
	    (rc = vv_table_at_open(&at, r, reader, &(vv_version_name){.path = path}, NULL, err)) <
		    0) {
		return rc;
	}
	const vv_table *t = &at.table;
	if (rules.new_keys != VV_MERGE_KEYS_ASK && at.subject.is_dataset &&
	    (t->root.key_count == 0 || t->root.key_source == VV_KEY_INFERRED)) {
		vv_notes_warn(vv_repository_notes(r),
			      "%s: the rule \"new keys\" requires a declared key",
			      vv_text_shows(path));
	}
	for (size_t i = 0;
	     i < t->columns && !warn_column(r, &rules, path, &t->schema, &t->schema.fields[i]);
	     i++) {
	}
	return VV_OK;
}

void vv_merge_rules_warn(vv_dataset_reader *reader, vv_repository *r, const vv_index *x,
			 const vv_oid *file)
{
	for (vv_index_entry e = {0}; vv_index_next(x, &e);) {
		(void)warn_table(reader, r, file, e.path, VV_IGNORED);
	}
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
	vv_auto(vv_buf) b = VV_BUF_FOR(out);
	uint64_t all = 0;

	vv_array_each(s->by_rule, VV_MERGE_RULES, it) {
		all += *it;
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
	put_rows(&b, s->rows_once, "taken once");
	put_rows(&b, s->rows_twice, "taken twice");
	put_rows(&b, s->rows_renumbered, "given the next free key");
	vv_buf_put(out, b.data ? b.data : "", b.len);
}
