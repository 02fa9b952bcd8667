/*
 * merge: the order of a merge: who is x and who is y, what needs no merging, what cannot be
 * merged; then columns, rows, and the import of the result.
 */
#include "diff/merge/merge.h"

#include <string.h>

#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/read/sniff.h"
#include "dataset/rows/irregular_lines.h"
#include "dataset/table/bytes.h"
#include "dataset/table/column_infer.h"
#include "dataset/table/import.h"
#include "dataset/table/walk.h"
#include "diff/merge/cells.h"
#include "diff/merge/replaced.h"
#include "diff/merge/state.h"
#include "diff/merge/steps.h"
#include "diff/rows/rowdiff.h"

#define FEW_ROWS 2000u /* a merge of so few rows is read again without need */

/* --- what needs no merging -------------------------------------------------------- */

/* Imports the version again. narrows: types that were inferred give way to the values, as in the next add, and these
 * strings, too; NULL: types stay. */
static vv_status copy_version(vv_import_result *out, vv_table *t, const bool *narrows,
			      const vv_sink *sink, const vv_merge_options *opts, vv_error *err)
{
	vv_auto(vv_table_source) *bytes = NULL;
	vv_import_options o = {.kind = t->root.kind,
			       .is_text = true,
			       .hints = VV_SNIFF_HINTS_INIT,
			       .narrows = narrows,
			       .temp_dir = opts->temp_dir,
			       .pool = opts->pool,
			       .progress = opts->progress,
			       .secret = opts->secret};
	vv_status rc = vv_table_source_open(&bytes, t, err);
	if (rc < 0) return rc;
	const vv_source source = {.read = vv_table_source_read,
				  .payload = bytes,
				  .size = t->root.bytes,
				  .name = "merged table"};
	if (t->root.kind == VV_KIND_TABLE) {
		o.parent = &t->root;
		o.as = narrows ? NULL : &t->root;
	}
	if (narrows && t->root.dialect.encoding[0]) {
		o.hints.encoding = t->root.dialect.encoding;
	}
	return vv_import(out, &source, sink, &o, err);
}

/* Takes a version unchanged, and stores it: no name may refer to missing blocks. */
static vv_status take_version(vv_import_result *out, vv_table *t, const vv_sink *sink,
			      const vv_merge_options *opts, vv_error *err)
{
	vv_status rc;

	/* It is plain text, and its blocks are forgotten with the command. */
	if (t->source.passing && !sink->passing) {
		return copy_version(out, t, NULL, sink, opts, err);
	}
	if ((rc = sink->get(sink->payload, &t->cid, &out->root_block, err)) < 0) return rc;
	out->cid = t->cid;
	if ((rc = vv_root_decode(&out->root, out->root_block.data, out->root_block.len, err)) < 0) {
		vv_import_result_clear(out);
	}
	return rc;
}

static vv_status take_ours(merge *m, vv_import_result *out, const vv_sink *sink, const char *why,
			   vv_error *err)
{
	merge_report r = {.kind = VV_CONFLICT_TABLE, .row = MERGE_NONE, .detail = why};
	int all = merge_all_side(m);
	if (all >= 0) return take_version(out, m->side[all].table, sink, m->opts, err);
	vv_status rc = merge_conflict(m, &r, err);
	return rc < 0 ? rc : take_version(out, m->side[m->ours].table, sink, m->opts, err);
}

/* Without a way to match rows: takes one version as a whole, the decided one, otherwise ours. */
static vv_status take_for_key(merge *m, vv_import_result *out, const vv_sink *sink, vv_error *err)
{
	const vv_root *base = &merge_base(m)->root;
	int decided = merge_decided(m, VV_CONFLICT_KEY, NULL, 0);
	vv_auto(vv_buf) why = VV_BUF_INIT;
	if (decided >= 0) return take_version(out, m->side[decided].table, sink, m->opts, err);
	bool ours = merge_has_key_of_base(m, m->ours),
	     theirs = merge_has_key_of_base(m, 1 - m->ours);
	vv_buf_printf(&why, "%s the key ",
		      ours     ? "theirs has lost"
		      : theirs ? "ours has lost"
			       : "both have lost");
	vv_text_put_names(&why, base->key, base->key_count);
	vv_buf_puts(&why, ", by which rows are merged");
	vv_status rc = merge_conflict_text(m, VV_CONFLICT_KEY, NULL, &why, err);
	return rc < 0 ? rc : take_version(out, m->side[m->ours].table, sink, m->opts, err);
}

/* --- what cannot be merged -------------------------------------------------------- */

static const char *no_tables(const merge *m)
{
	bool ours = m->side[m->ours].table->root.kind == VV_KIND_TABLE,
	     theirs = m->side[1 - m->ours].table->root.kind == VV_KIND_TABLE;
	if (ours && theirs && (!merge_base(m) || merge_base(m)->root.kind == VV_KIND_TABLE)) {
		return NULL;
	}
	if (ours && theirs) return "it was a file and became a table on both sides";
	if (ours) return "theirs is a file, ours a table";
	if (theirs) return "ours is a file, theirs a table";
	return "both changed the file";
}

/* Did a side put another table in the place of base? Where the other side left the cells
 * alone there is nothing to mix. */
static bool side_replaced(merge *m, size_t which)
{
	return !vv_tables_same_data(merge_base(m), m->side[1 - which].table) &&
	       merge_is_other_table(m, &m->side[which]);
}

static const char *other_table(merge *m)
{
	if (!merge_base(m) || m->opts->part || m->equal_data ||
	    vv_tables_same_data(m->side[0].table, m->side[1].table)) {
		return NULL;
	}
	bool ours = side_replaced(m, m->ours), theirs = side_replaced(m, 1 - m->ours);
	if (ours && theirs) return "both replaced it with another table";
	if (ours) return "ours replaced it with another table";
	if (theirs) return "theirs replaced it with another table";
	return NULL;
}

/* Is the key one column that is named as an id, and has one side half of the other's ids? */
static bool ids_agree(const merge *m, uint64_t pairs)
{
	const merge_column *c = &m->columns[m->key[0]];
	const uint64_t x = m->side[0].added, y = m->side[1].added, fewer = x < y ? x : y;

	return m->key_count == 1 && vv_key_is_id(c->name, c->name_len) && pairs >= fewer - pairs;
}

/* Without a common version, a key that was only found may be one by chance: has one side all keys of the other, or
 * is it an id? */
static bool keys_agree(const merge *m)
{
	uint64_t pairs = 0;

	if (!merge_key_is_found(m)) return true;
	for (uint64_t i = 0; i < m->side[0].added; i++) {
		pairs += m->side[0].partner[i] != MERGE_NONE;
	}
	return pairs == m->side[0].added || pairs == m->side[1].added || ids_agree(m, pairs);
}

/* Without a common version and without a key rows cannot be matched: the two must be equal, row by
 * row. */
static vv_status rows_agree(merge *m, bool *out, vv_error *err)
{
	uint64_t rows = m->side[0].table->root.rows;
	const vv_cell *x, *y;
	vv_status rc = VV_OK;
	*out = merge_base(m) || m->equal_data || m->key_count > 0 || rows == 0 ||
	       m->side[1].table->root.rows == 0 || rows == m->side[1].table->root.rows;
	if (merge_base(m) || m->equal_data || m->key_count > 0 ||
	    rows != m->side[1].table->root.rows) {
		return VV_OK;
	}
	for (uint64_t i = 0; i < rows && *out && rc == VV_OK; i++) {
		if ((rc = vv_row_by_number_get(&m->side[0].rows, i, &x, err)) == VV_OK &&
		    (rc = vv_row_by_number_get(&m->side[1].rows, i, &y, err)) == VV_OK) {
			*out = merge_content_order(m, x, y) == 0;
		}
	}
	if (rc < 0) return rc;
	return m->scratch.failed ? vv_fail_nomem(err) : VV_OK;
}

/* --- the merge --------------------------------------------------------------------- */

static vv_status copy_list(vv_buf *out, const vv_buf *list, vv_error *err)
{
	vv_buf_put(out, list->data, list->len);
	return vv_buf_ok(out, err);
}

/* The root that the result is imported as: base's lists, whose blocks resemble the result's. */
static vv_status begin_root(merge *m, vv_error *err)
{
	const vv_root *near;

	if (m->opts->part) {
		near = &m->side[m->ours].table->root;
	} else if (merge_base(m)) {
		near = &merge_base(m)->root;
	} else {
		near = &m->side[0].table->root;
	}
	vv_status rc;

	m->as.kind = VV_KIND_TABLE;
	if (vv_root_is_sorted(near)) {
		near = &m->side[0].table->root; /* lists not stored cannot serve as bases */
	}
	if (vv_root_is_sorted(near)) return VV_OK;
	if ((rc = copy_list(&m->as.data, &near->data, err)) < 0 ||
	    (rc = copy_list(&m->as.layout, &near->layout, err)) < 0) {
		return rc;
	}
	return copy_list(&m->as.facts, &near->facts, err);
}

static vv_status import_result(merge *m, vv_import_result *out, const vv_sink *sink, vv_error *err)
{
	const vv_merge_options *opts = m->opts;
	const vv_root *ours = &m->side[m->ours].table->root;
	vv_source source = {
		.read = merge_writer_read, .payload = m->writer, .name = "merged table"};
	vv_import_options o = {.kind = VV_KIND_TABLE,
			       .is_text = true,
			       .hints = VV_SNIFF_HINTS_INIT,
			       .as = &m->as,
			       .parent = &m->as,
			       .temp_dir = opts->temp_dir,
			       .pool = opts->pool,
			       .progress = opts->progress,
			       .secret = opts->secret};

	vv_import_reuse(&o, ours, opts->cache);
	vv_status rc = vv_import(out, &source, sink, &o, err);
	if (rc == VV_EINPUT && err && err->hint_id == VV_HINT_CONVERT_UTF8) {
		err->hint_id = VV_HINT_NONE;
		(void)vv_hint_code(err, VV_HINT_MERGE_UTF8,
				   ours->dialect.encoding[0] ? ours->dialect.encoding
							     : m->as.dialect.encoding);
	}
	if (rc < 0) return rc;
	if (out->root.rows != merge_writer_rows(m)) {
		return vv_fail(err, VV_EREFUSED,
			       "the merged table would read back as %llu rows instead of %llu",
			       (unsigned long long)out->root.rows,
			       (unsigned long long)merge_writer_rows(m));
	}
	out->schema_changed = ours->schema.len != out->root.schema.len ||
			      (ours->schema.len > 0 &&
			       memcmp(ours->schema.data, out->root.schema.data, ours->schema.len) !=
				       0);
	return VV_OK;
}

/* How often the hash comes next; passes over it. */
static uint64_t take_hash(const vv_comment_hashes *h, size_t *at, uint64_t hash)
{
	const size_t from = *at;

	while (*at < h->count && h->items[*at] == hash) {
		(*at)++;
	}
	return *at - from;
}

/* Does the result have the comments that both changes leave? One that both took away may be the same. */
static bool has_both(const vv_comment_hashes *of, const vv_comment_hashes *got)
{
	size_t at[4] = {0};

	for (;;) {
		uint64_t least = UINT64_MAX, n[4];
		bool more = false;

		for (size_t v = 0; v < 4; v++) {
			const vv_comment_hashes *h = v < 3 ? &of[v] : got;

			if (at[v] < h->count && h->items[at[v]] <= least) {
				least = h->items[at[v]];
				more = true;
			}
		}
		if (!more) return true;
		for (size_t v = 0; v < 4; v++) {
			n[v] = take_hash(v < 3 ? &of[v] : got, &at[v], least);
		}
		if (n[3] + n[2] != n[0] + n[1] && !(n[0] == n[1] && n[0] < n[2] && n[3] == n[0])) {
			return false;
		}
	}
}

/* Comments go with the rows that they are above. *why: the result lacks some that a side has added
 * or kept, or both sides changed the same ones. */
static vv_status compare_comments(merge *m, const vv_import_result *result, const vv_sink *sink,
				  const char **why, vv_error *err)
{
	vv_auto(vv_comment_hashes) ours = {.items = NULL}, theirs = {.items = NULL},
				   base = {.items = NULL}, got = {.items = NULL};
	vv_comment_hashes *of[] = {&ours, &theirs, &base};
	vv_table merged = {.source = *sink, .root = result->root};
	vv_status rc;

	*why = NULL;
	for (int v = 0; v < (merge_base(m) ? 3 : 2); v++) {
		if ((rc = vv_forms_comments(of[v], m->side[v].table, err)) < 0) return rc;
	}
	if (ours.count + theirs.count + base.count == 0) return VV_OK;
	if ((rc = vv_forms_comments(&got, &merged, err)) < 0) return rc;
	int side = merge_pick(vv_comment_hashes_equal(&ours, &theirs),
			      merge_base(m) && vv_comment_hashes_equal(&ours, &base),
			      merge_base(m) && vv_comment_hashes_equal(&theirs, &base));

	if (side < 0 && !has_both((vv_comment_hashes[]){ours, theirs, base}, &got)) {
		*why = "both changed the comments between the rows";
	} else if (side >= 0 && !vv_comment_hashes_equal(&got, of[side])) {
		*why = "both changed lines with comments between the rows, and the merge would "
		       "lose comments";
	}
	return VV_OK;
}

/* Cells that are not ASCII: those that are UTF-8, those that are not. */
typedef struct encodings {
	bool utf8, other;
} encodings;

static vv_status look_at_encodings(encodings *out, vv_table *t, vv_error *err)
{
	vv_auto(vv_group_walk) w = vv_group_walk_open(t, NULL, 0, err);

	*out = (encodings){false, false};
	while (!(out->utf8 && out->other) && vv_group_walk_next(&w)) {
		for (size_t i = 0; i < w.batch.rows * w.batch.columns; i++) {
			const vv_cell *c = &w.batch.cells[i];
			bool ascii = true;

			for (size_t k = 0; k < c->len && ascii; k++) {
				ascii = (unsigned char)c->text[k] < 0x80;
			}
			if (!ascii) {
				*(vv_utf8_valid(c->text, c->len) ? &out->utf8 : &out->other) = true;
			}
		}
	}
	return w.rc;
}

/* Bytes that are not UTF-8 are kept unchanged without a known encoding. *why: the result would mix such bytes with UTF-8,
 * which no program reads. */
static vv_status compare_encodings(merge *m, const vv_import_result *result, const vv_sink *sink,
				   const char **why, vv_error *err)
{
	vv_table merged = {.source = *sink, .root = result->root, .columns = m->column_count};
	encodings all, ours, theirs;
	vv_status rc;

	*why = NULL;
	if (result->foreign_rows == 0) return VV_OK;
	if ((rc = look_at_encodings(&all, &merged, err)) < 0 || !all.utf8 || !all.other ||
	    (rc = look_at_encodings(&ours, m->side[m->ours].table, err)) < 0 ||
	    (rc = look_at_encodings(&theirs, m->side[1 - m->ours].table, err)) < 0) {
		return rc;
	}
	if (!(ours.utf8 && ours.other && theirs.utf8 && theirs.other)) {
		if (theirs.other && !ours.other) {
			*why = "theirs has text in an unknown encoding, and ours has UTF-8";
		} else if (ours.other && !theirs.other) {
			*why = "ours has text in an unknown encoding, and theirs has UTF-8";
		} else {
			*why = "both have text in an unknown encoding besides UTF-8";
		}
	}
	return VV_OK;
}

static vv_status merge_run_all(merge *m, vv_import_result *out, const vv_sink *sink, vv_error *err)
{
	bool agree;
	const char *why;
	vv_status rc;
	if ((rc = merge_columns_match(m, err)) < 0 || (rc = merge_rows_match(m, err)) < 0) {
		return rc;
	}
	if ((why = other_table(m)) != NULL) return take_ours(m, out, sink, why, err);
	if (m->key_lost) return take_for_key(m, out, sink, err);
	if ((rc = merge_dropped_look(m, &why, err)) < 0) return rc;
	if (why) return take_ours(m, out, sink, why, err);
	if ((rc = begin_root(m, err)) < 0 || (rc = merge_columns_choose(m, err)) < 0 ||
	    (rc = merge_schema(m, err)) < 0 || (rc = merge_form(m, err)) < 0 ||
	    (rc = merge_partners(m, err)) < 0 || (rc = rows_agree(m, &agree, err)) < 0) {
		return rc;
	}
	if (!agree) {
		return take_ours(m, out, sink,
				 "both added a table without a key, with different rows", err);
	}
	if (!merge_base(m) && m->key_count > 0 && !keys_agree(m)) {
		return take_ours(m, out, sink,
				 "both added a table without a declared key, with different rows",
				 err);
	}
	merge_rules_choose(m);
	if ((rc = merge_renumber(m, err)) < 0 || (rc = merge_replaced_find(m, err)) < 0 ||
	    (rc = merge_writer_open(m, err)) < 0 || (rc = import_result(m, out, sink, err)) < 0 ||
	    (rc = compare_comments(m, out, sink, &why, err)) < 0 ||
	    (!why && (rc = compare_encodings(m, out, sink, &why, err)) < 0) || !why) {
		return rc;
	}
	vv_import_result_clear(out);
	return take_ours(m, out, sink, why, err);
}

/* May types that the sides found be others than those of the result's values? */
static bool types_are_doubtful(const merge *m, const vv_import_result *merged)
{
	bool doubtful = merged->root.rows <= FEW_ROWS;

	for (size_t i = 0; i < m->column_count && !doubtful; i++) {
		const long x = m->columns[i].side[0], y = m->columns[i].side[1];

		doubtful = x >= 0 && y >= 0 &&
			   m->side[0].table->schema.fields[x].type !=
				   m->side[1].table->schema.fields[y].type;
	}
	return doubtful;
}

static bool is_found_string(const vv_field *f)
{
	return f->type == VV_TYPE_STRING && strcmp(f->format, "default") == 0 &&
	       vv_field_is_found(f);
}

/* Had the side texts in the column f of the result? The type of a column of numerals that is a string was chosen. */
static vv_status had_texts(bool *out, vv_table *side, const vv_field *f, vv_error *err)
{
	const long at = vv_schema_find(&side->schema, f->name, f->name_len);
	vv_type type;

	*out = false;
	if (at < 0 || !is_found_string(&side->schema.fields[at])) return VV_OK;
	vv_status rc = vv_column_type(&type, side, (size_t)at, f, err);
	*out = rc == VV_OK && type == VV_TYPE_STRING;
	return rc;
}

/* Have the merged values of a string another type, and did both sides have texts in it? */
static vv_status does_narrow(bool *out, const merge *m, vv_table *t, size_t column, vv_error *err)
{
	const vv_field *f = &t->schema.fields[column];
	vv_infer all;
	vv_type now;
	vv_status rc;

	*out = false;
	if (!is_found_string(f) ||
	    vv_array_find(t->root.key, t->root.key_count, name, strcmp(*name, f->name) == 0)) {
		return VV_OK;
	}
	vv_infer_init(&all);
	all.json = vv_form_is_typed(t->root.dialect.form);
	if ((rc = vv_column_infer(&all, t, column, NULL, err)) < 0) {
		return vv_error_excuse(rc, rc != VV_ENOMEM && rc != VV_ECANCELLED, err);
	}
	now = vv_infer_type_named(&all, f->name, f->name_len, NULL);
	if (now == VV_TYPE_STRING || now == VV_TYPE_ANY) return VV_OK;
	if ((rc = had_texts(out, m->side[0].table, f, err)) < 0 || !*out) return rc;
	return had_texts(out, m->side[1].table, f, err);
}

/* Without this the next add would make another version of the same file. */
static vv_status find_types(const merge *m, vv_import_result *out, const vv_sink *sink,
			    vv_error *err)
{
	vv_auto(vv_import_result) found = {0};
	vv_auto(vv_table) t = {0};
	bool doubtful = types_are_doubtful(m, out);
	vv_status rc;

	if (out->root.kind != VV_KIND_TABLE) return VV_OK;
	if ((rc = vv_table_open(&t, sink, &out->cid, err)) < 0) return rc;
	vv_auto_free bool *narrows = vv_calloc(t.columns + 1, sizeof(*narrows));
	if (!narrows) return vv_fail_nomem(err);
	for (size_t i = 0; i < t.schema.count && i < t.columns; i++) {
		if ((rc = does_narrow(&narrows[i], m, &t, i, err)) < 0) return rc;
		doubtful = doubtful || narrows[i];
	}
	if (!doubtful) return VV_OK;
	rc = copy_version(&found, &t, narrows, sink, m->opts, err);
	if (rc < 0) return vv_error_excuse(rc, rc == VV_EINPUT || rc == VV_ECONFLICT, err);
	if (found.root.rows == out->root.rows &&
	    vv_root_names_equal(found.root.key, found.root.key_count, out->root.key,
				out->root.key_count) &&
	    (out->root.rows == 0 || vv_dialect_equal(&found.root.dialect, &out->root.dialect))) {
		vv_import_result merged = *out;

		*out = found;
		found = merged;
	}
	return VV_OK;
}

/* Is ours the side that comes first? By commit ids, otherwise by the versions' CIDs. */
static bool ours_first(const vv_table *ours, const vv_table *theirs, const vv_merge_options *opts)
{
	int c = opts->ours_id && opts->theirs_id ? strcmp(opts->ours_id, opts->theirs_id) : 0;
	return c != 0 ? c < 0
		      : memcmp(ours->cid.digest, theirs->cid.digest, sizeof(ours->cid.digest)) <= 0;
}

static void merge_clear(merge *m)
{
	merge_writer_close(m);
	merge_renumber_clear(m);
	merge_match_clear(m);
	vv_root_clear(&m->as);
	vv_schema_clear(&m->compare);
	vv_buf_clear_all(&m->text, &m->scratch);
	vv_arena_clear(&m->made);
	vv_arena_clear(&m->arena);
}
VV_AUTO_CLEAR(merge, merge_clear)

vv_status vv_merge_tables(vv_import_result *out, vv_merge_stats *stats, vv_table *base,
			  vv_table *ours, vv_table *theirs, const vv_sink *sink,
			  const vv_merge_options *opts, vv_error *err)
{
	memset(stats, 0, sizeof(*stats));
	memset(out, 0, sizeof(*out));
	vv_root_init(&out->root);
	stats->took_theirs = base && vv_cid_equal(&base->cid, &ours->cid) &&
			     !vv_cid_equal(&ours->cid, &theirs->cid);
	stats->took_ours = !stats->took_theirs &&
			   (vv_cid_equal(&ours->cid, &theirs->cid) ||
			    (base && vv_cid_equal(&base->cid, &theirs->cid)));
	if (stats->took_ours || stats->took_theirs) {
		return take_version(out, stats->took_theirs ? theirs : ours, sink, opts, err);
	}
	const bool first = ours_first(ours, theirs, opts);
	vv_auto(merge) m = {.opts = opts,
			    .stats = stats,
			    .ours = first ? 0 : 1,
			    .side = {{.table = first ? ours : theirs},
				     {.table = first ? theirs : ours},
				     {.table = base}}};
	vv_root_init(&m.as);
	const char *why = no_tables(&m);
	if (why) return take_ours(&m, out, sink, why, err);
	vv_status rc = merge_run_all(&m, out, sink, err);
	rc = rc < 0 ? rc : find_types(&m, out, sink, err);
	if (rc < 0) {
		vv_import_result_clear(out);
	}
	return rc;
}
