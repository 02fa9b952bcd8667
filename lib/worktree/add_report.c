/*
 * add_report: the results of an import, in words.
 */
#include <inttypes.h>
#include <string.h>

#include "base/hint_text.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/schema.h"
#include "diff/rows/key_unique.h"
#include "diff/spreadsheet/excel_rows.h"
#include "lib/tables/dataset_import.h"
#include "lib/worktree/add_report.h"

#define KEY_ROWS 2000u /* that are looked at for a column that became a key */

vv_status vv_add_outcome_take(vv_add_outcome *out, const vv_dataset_found *found, vv_error *err)
{
	const vv_root *root = &found->result.root;
	vv_auto(vv_schema) schema = {0};
	vv_status rc = VV_OK;

	out->dataset = true;
	out->blob = found->blob;
	out->cid = found->result.cid;
	out->table = root->kind == VV_KIND_TABLE;
	out->rows = root->rows;
	out->bytes = vv_root_file_bytes(root);
	out->groups = found->result.groups;
	out->groups_new = found->result.groups_new;
	out->stored = found->stored.stored_bytes;
	if (out->table && root->schema.len > 0) {
		rc = vv_schema_read(&schema, root->schema.data, root->schema.len, "schema", err);
		out->columns = schema.count;
	}
	return rc;
}

/* "id integer, name string, ... and 12 more" */
static void put_columns(vv_buf *b, const vv_schema *schema)
{
	size_t shown = schema->count > 8 ? 6 : schema->count;

	for (size_t i = 0; i < shown; i++) {
		vv_buf_printf(b, "%s%s %s", i > 0 ? ", " : "",
			      vv_text_name(schema->fields[i].name, schema->fields[i].name_len),
			      vv_type_name(schema->fields[i].type));
	}
	if (shown < schema->count) {
		vv_buf_printf(b, " and %s more", vv_text_count(schema->count - shown));
	}
}

static void put_key(vv_buf *b, const vv_root *root, bool again, const vv_add_report *rep)
{
	static const char *const how[] = {
		[VV_KEY_NONE] = "",
		[VV_KEY_INFERRED] = " (found: no value repeats)",
		[VV_KEY_DECLARED] = " (as declared: no value repeats)",
		[VV_KEY_PACKAGE] = " (from datapackage.json)",
	};

	if (root->key_count == 0) {
		vv_buf_puts(b, rep->dry && !rep->no_key && !again
				       ? "key not searched for in a dry run"
				       : "no key");
		return;
	}
	vv_buf_puts(b, "key ");
	vv_text_put_names(b, root->key, root->key_count);
	if (!again && rep->dry) {
		vv_buf_puts(b, " (not verified in a dry run)");
	} else if (!again) {
		vv_buf_puts(b, how[root->key_source]);
	}
}

/* "47,130 rows (+7)" */
static void put_rows(vv_buf *b, const vv_dataset_found *staged, bool again)
{
	uint64_t now = staged->result.root.rows, before = staged->parent_root.rows;

	vv_buf_puts(b, vv_text_counted(now, "row", NULL));
	if (again && now > before) {
		vv_buf_printf(b, " (+%s)", vv_text_count(now - before));
	} else if (again && now < before) {
		vv_buf_printf(b, " (-%s)", vv_text_count(before - now));
	}
}

static void put_stored(vv_buf *b, const vv_dataset_found *staged)
{
	const vv_import_result *res = &staged->result;
	bool table = res->root.kind == VV_KIND_TABLE;

	vv_buf_printf(b, "%s of %s new, %s for a file of %s", vv_text_count(res->groups_new),
		      vv_text_counted(res->groups, table ? "group" : "chunk",
				      table ? "groups" : "chunks"),
		      vv_text_bytes(staged->stored.stored_bytes),
		      vv_text_bytes(vv_root_file_bytes(&res->root)));
}

void vv_add_put_speed(vv_buf *b, uint64_t bytes, uint64_t ms)
{
	if (ms < 1000) {
		vv_buf_printf(b, ", in %" PRIu64 " ms", ms);
	} else {
		vv_buf_printf(b, ", in %s", vv_text_seconds(ms));
	}
	if (ms >= 20) {
		vv_buf_printf(b, " (%s/s)", vv_text_bytes(bytes / ms * 1000));
	}
}

/* The order of the rows in the groups, if it is not the file's, or was not. */
static void put_order(vv_buf *b, const vv_dataset_found *staged, bool again)
{
	const vv_root *root = &staged->result.root;
	bool was = again && vv_root_is_sorted(&staged->parent_root), is = vv_root_is_sorted(root);

	bool declared = root->file_order_declared &&
			!(again && staged->parent_root.file_order_declared);

	if (is == was && !declared) return;
	vv_buf_puts(b, "\n  order:   ");
	if (!is) {
		vv_buf_puts(b, declared ? "the file's, in this version and all later ones "
					  "(--order file)"
					: "the file's, from this version on");
		return;
	}
	vv_buf_puts(b, "rows are stored by ");
	vv_text_put_names(b, root->sorted_by, root->sorted_by_count);
	vv_buf_puts(b, ", with their positions in the file, from this version on");
}

static vv_status describe_table(vv_add_report *out, const vv_dataset_found *staged, bool again,
				vv_error *err)
{
	vv_buf *b = &out->text;
	const vv_root *root = &staged->result.root;
	vv_auto(vv_schema) schema = {0};
	vv_auto(vv_buf) change = VV_BUF_INIT;

	vv_status rc = vv_schema_read(&schema, root->schema.data ? root->schema.data : "",
				      root->schema.len, "schema", err);
	if (rc < 0) return rc;
	put_rows(b, staged, again);
	vv_buf_printf(b, ", %s, ", vv_text_counted(schema.count, "column", NULL));
	put_key(b, root, again, out);
	if (!again || staged->result.schema_changed) {
		vv_buf_puts(b, "\n  columns: ");
		put_columns(b, &schema);
	}
	if (!again) {
		vv_buf_puts(b, "\n  form:    ");
		vv_dialect_describe(b, &root->dialect);
		if (staged->result.irregular_rows > 0) {
			vv_buf_printf(b, "; kept as written: %s with other quotes or blank lines",
				      vv_text_counted(staged->result.irregular_rows, "row", NULL));
		}
	} else if (!vv_dialect_equal(&root->dialect, &staged->parent_root.dialect)) {
		bool same;
		if ((rc = vv_root_same_columns(&same, &staged->parent_root, root, err)) < 0) {
			return rc;
		}
		vv_dialect_describe_change(&change, &staged->parent_root.dialect, &root->dialect,
					   same);
		if (change.len > 0) {
			vv_buf_printf(b, "\n  form:    %s", change.data);
		}
	}
	put_order(b, staged, again);
	vv_buf_puts(b, "\n  stored:  ");
	return VV_OK;
}

vv_status vv_add_findings(vv_buf *out, bool *retyped, const char *path, vv_dataset_reader *lines,
			  const vv_import_result *res, vv_error *err)
{
	vv_auto(vv_schema) schema = {0};

	if (res->finding_count == 0) return VV_OK;
	vv_status rc = vv_schema_read(&schema, res->root.schema.data, res->root.schema.len,
				      "schema", err);
	for (size_t i = 0; i < res->finding_count && rc == VV_OK; i++) {
		const vv_import_finding *f = &res->findings[i];
		uint64_t at = f->row + 1;

		if (f->column >= schema.count || schema.fields[f->column].type != f->type ||
		    (lines && (rc = vv_dataset_reader_line(lines, path, res->root.dialect.encoding,
							   f->offset, &at, err)) < 0)) {
			continue;
		}
		*retyped = true;
		const char *type = vv_type_name(schema.fields[f->column].type);
		vv_buf_printf(out, "%s, %s %" PRIu64 ", column %s: '%s' is not %s %s",
			      vv_text_shows(path), lines ? "line" : "row", at,
			      vv_text_name(schema.fields[f->column].name,
					   schema.fields[f->column].name_len),
			      vv_text_shows(f->value), strchr("aeiou", *type) ? "an" : "a", type);
		if (f->count > 1) {
			vv_buf_printf(out, " (%s such values)", vv_text_count(f->count));
		}
		vv_buf_puts(out, "; stored unchanged\n");
	}
	return rc;
}

static void put_warnings(vv_add_report *out, const vv_add_item *item, const vv_buf *warnings)
{
	for (vv_line l = {.rest = vv_buf_cstr(warnings)}; vv_line_next(&l);) {
		vv_buf_printf(&out->warnings, "%s: %.*s\n", vv_text_shows(item->path), (int)l.len,
			      l.text);
	}
}

static vv_status put_account(vv_add_report *out, const vv_add_item *item,
			     const vv_dataset_found *staged, vv_error *err)
{
	bool again = !vv_cid_is_null(&staged->parent) && !item->was_text &&
		     staged->parent_root.kind == staged->result.root.kind;
	vv_status rc = VV_OK;

	vv_buf_printf(&out->text, "%s: ", vv_text_shows(item->path));
	if (item->was_text) {
		vv_buf_puts(&out->text, "was plain text, now ");
	} else if (!again) {
		vv_buf_puts(&out->text, "new ");
	}
	if (!again) {
		vv_buf_puts(&out->text,
			    staged->result.root.kind == VV_KIND_TABLE ? "table, " : "file, ");
	}
	if (staged->result.root.kind == VV_KIND_TABLE) {
		rc = describe_table(out, staged, again, err);
	}
	put_stored(&out->text, staged);
	vv_add_put_speed(&out->text, vv_root_file_bytes(&staged->result.root), staged->ms);
	vv_buf_putc(&out->text, '\n');
	return rc;
}

static void put_field_json(vv_json_out *w, const void *item)
{
	const vv_field *f = item;

	vv_json_put_object(w, {JSON_TEXT_LEN("name", f->name, f->name_len)},
			   {JSON_TEXT("type", vv_type_name(f->type))});
}

/* The members "columns", "keyColumns" and "form". */
static vv_status put_table_json(vv_json_out *w, const vv_root *root, vv_error *err)
{
	vv_auto(vv_schema) schema = {0};
	vv_auto(vv_buf) form = VV_BUF_INIT;
	vv_status rc;

	if ((rc = vv_schema_read(&schema, root->schema.data ? root->schema.data : "",
				 root->schema.len, "schema", err)) < 0) {
		return rc;
	}
	vv_dialect_describe(&form, &root->dialect);
	vv_json_put_members(w, {JSON_EACH(put_field_json, "columns", schema.fields, schema.count)},
			    {JSON_NAMES("keyColumns", root->key, root->key_count)},
			    {JSON_TEXT("form", vv_buf_cstr(&form))});
	return vv_buf_ok(&form, err);
}

static vv_status put_dataset_json(vv_json_out *w, const vv_dataset_found *staged, vv_error *err)
{
	const vv_import_result *res = &staged->result;
	const bool table = res->root.kind == VV_KIND_TABLE;
	vv_status rc;

	if (table) {
		vv_json_put_members(
			w, {JSON_NUMBER("rowCount", res->root.rows)},
			{JSON_NUMBER_WHEN(!vv_cid_is_null(&staged->parent) &&
						  staged->parent_root.kind == VV_KIND_TABLE,
					  "rowCountBefore", staged->parent_root.rows)});
		if ((rc = put_table_json(w, &res->root, err)) < 0) return rc;
	}
	vv_json_put_members(w, {JSON_NUMBER("bytes", vv_root_file_bytes(&res->root))},
			    {JSON_NUMBER(table ? "groups" : "chunks", res->groups)},
			    {JSON_NUMBER(table ? "groupsNew" : "chunksNew", res->groups_new)},
			    {JSON_NUMBER("addedBytes", staged->stored.stored_bytes)},
			    {JSON_TEXT("root", vv_cid_shows(&res->cid))});
	return VV_OK;
}

vv_status vv_add_put_json(vv_json_out *w, const char *path, const vv_add_words *words,
			  vv_error *err)
{
	vv_status rc = VV_OK;

	vv_json_open_object(w);
	vv_json_put_members(w, {JSON_TEXT("path", path)}, {JSON_TEXT("change", words->change)},
			    {JSON_TEXT_WHEN(words->kind, "kind", words->kind)},
			    {JSON_BOOL_WHEN(words->pointer_only, "pointerOnly", true)});
	if (words->staged) {
		rc = put_dataset_json(w, words->staged, err);
	}
	if (words->unseen) {
		vv_json_add_string(w, "rowsUnseen", words->unseen->what);
	}
	vv_json_close_object(w);
	return rc;
}

/* The column of a table without a key that could be its key since this version: -1: none. Looks at
 * the first rows of both versions. */
static vv_status find_new_key(long *column, bool *whole, vv_table *old, vv_table *new,
			      vv_error *err)
{
	vv_auto(vv_key_found) was = {.could = NULL}, is = {.could = NULL};
	vv_status rc;

	*column = -1;
	if ((rc = vv_key_find(&is, new, KEY_ROWS, err)) == VV_OK && is.column != SIZE_MAX &&
	    (rc = vv_key_find(&was, old, KEY_ROWS, err)) == VV_OK) {
		const vv_field *f = &new->schema.fields[is.column];
		long at = vv_schema_find(&old->schema, f->name, f->name_len);

		*column = at < 0 || !was.could[at] ? (long)is.column : -1;
		*whole = is.whole;
	}
	return rc;
}

/* A key is searched when a table is new; later a possible key is only mentioned. */
static vv_status put_new_key(vv_add_report *out, const char *path, vv_table *old, vv_table *new,
			     vv_error *err)
{
	bool whole = false;
	long column;
	vv_status rc;

	if (out->no_key || new->root.key_count > 0 || old->root.key_count > 0) return VV_OK;
	if ((rc = find_new_key(&column, &whole, old, new, err)) < 0 || column < 0) return rc;
	const vv_field *f = &new->schema.fields[column];

	vv_buf_printf(&out->text, "  key:     none, but the values of '%s' are unique%s",
		      vv_text_name(f->name, f->name_len), whole ? "" : " in the first rows");
	(void)vv_hint_put(&out->text, ": ", out->words, VV_HINT_ADD_KEY_FOUND, f->name, path);
	vv_buf_putc(&out->text, '\n');
	return VV_OK;
}

/* A line for each column that Excel spoiled, as the first groups that differ show. */
static vv_status put_excel(vv_add_report *out, const char *path, vv_table *old, vv_table *new,
			   vv_error *err)
{
	vv_auto(vv_buf) lines = VV_BUF_INIT;
	bool first = true;
	vv_status rc = vv_excel_damage_put(&lines, old, new, err);

	if (rc < 0) return rc;
	for (vv_line l = {.rest = vv_buf_cstr(&lines)}; vv_line_next(&l); first = false) {
		vv_buf_printf(&out->warnings, "%s, %.*s", vv_text_shows(path), (int)l.len, l.text);
		if (first) {
			(void)vv_hint_put(&out->warnings, "; ", out->words,
					  VV_HINT_RESTORE_SPELLING, path);
		}
		vv_buf_putc(&out->warnings, '\n');
	}
	return VV_OK;
}

/* Adds facts from a comparison with the previous version. */
static vv_status put_past(vv_add_report *out, vv_dataset_writer *s, const vv_add_item *item,
			  const vv_dataset_found *staged, vv_error *err)
{
	vv_auto(vv_table) old = {0}, new = {0};
	vv_sink sink;
	vv_status rc;

	if (out->dry || item->was_text || vv_cid_is_null(&staged->parent) ||
	    staged->result.root.kind != VV_KIND_TABLE ||
	    staged->parent_root.kind != VV_KIND_TABLE) {
		return VV_OK;
	}
	if ((rc = vv_dataset_writer_sink(s, &sink, err)) < 0) return rc;
	if ((rc = vv_table_open_stored(&new, &sink, &staged->result.cid, err)) < 0 ||
	    (rc = vv_table_open_stored(&old, &sink, &staged->parent, err)) < 0 ||
	    (rc = put_new_key(out, item->path, &old, &new, err)) < 0 ||
	    (rc = put_excel(out, item->path, &old, &new, err)) < 0) {
		return rc == VV_EMISSING ? VV_OK
					 : rc; /* only looked at: its blocks may be elsewhere */
	}
	return VV_OK;
}

vv_status vv_add_describe(vv_add_report *out, vv_dataset_writer *s, const vv_add_item *item,
			  const vv_dataset_found *staged, bool compact, vv_error *err)
{
	const vv_import_result *res = &staged->result;
	vv_status rc = VV_OK;

	if (vv_oid_equal(&staged->blob, &item->blob)) {
		out->same++;
		if (item->literal && !compact) {
			vv_buf_printf(&out->text, "%s: unchanged\n", vv_text_shows(item->path));
		}
		return VV_OK;
	}
	if (compact) {
		vv_buf_printf(&out->text, "%s: ", vv_text_shows(item->path));
		if (res->root.kind == VV_KIND_TABLE) {
			bool again = !vv_cid_is_null(&staged->parent);

			put_rows(&out->text, staged, again);
			vv_buf_puts(&out->text, ", ");
			put_key(&out->text, &res->root, again, out);
			vv_buf_puts(&out->text, ", ");
		}
		put_stored(&out->text, staged);
		vv_buf_putc(&out->text, '\n');
	} else {
		rc = put_account(out, item, staged, err);
	}
	rc = rc < 0 ? rc : put_past(out, s, item, staged, err);
	out->tables += res->root.kind == VV_KIND_TABLE;
	out->keyed += res->root.key_count > 0;
	out->files += res->root.kind == VV_KIND_FILE;
	out->groups += res->groups;
	out->groups_new += res->groups_new;
	out->rows += res->root.rows;
	out->bytes += vv_root_file_bytes(&res->root);
	out->stored += staged->stored.stored_bytes;
	out->ms += staged->ms;
	put_warnings(out, item, &res->warnings);
	return rc < 0 ? rc
		      : vv_add_findings(&out->warnings, &out->retyped, item->path,
					vv_dataset_writer_reader(s), &staged->result, err);
}
