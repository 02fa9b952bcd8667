/*
 * row_set: finds the row by its key, asks the condition, makes cells of words.
 */
#include "lib/edit/row_set.h"

#include <string.h>

#include "base/json/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/rows/condition_run.h"
#include "dataset/schema/key_words.h"
#include "dataset/schema/type.h"
#include "lib/edit/row_file.h"

typedef struct job {
	const vv_row_set *s;
	vv_row_file file;
	vv_arena arena;
	vv_row_found now; /* the row as it is */
	vv_cell *cells;   /* as it is to be */
	bool *given;
} job;

static bool is_json(const job *j)
{
	return j->file.table.root.dialect.form != VV_FORM_CSV;
}

/* Does the condition hold? */
static vv_status ask(job *j, bool *holds, vv_error *err)
{
	const char *text = j->s->condition;
	const vv_condition_how how = {.json = is_json(j), .filter = true, .path = j->s->path};
	vv_auto(vv_condition) *c = NULL;
	vv_auto(vv_condition_scratch) *scratch = NULL;
	vv_status rc;

	*holds = true;
	if (!text) return VV_OK;
	if ((rc = vv_condition_compile(&c, text, strlen(text), &j->file.table.schema, &how, err)) <
	    0) {
		return rc;
	}
	if (!(scratch = vv_condition_scratch_new())) return vv_fail_nomem(err);
	*holds = j->now.has && vv_condition_eval(c, scratch, j->now.cells) == VV_TRUE;
	if (vv_condition_undecided(scratch)) {
		return vv_fail(err, VV_EREFUSED, "a pattern takes too many steps for a value");
	}
	return vv_condition_failed(scratch) ? vv_fail_nomem(err) : VV_OK;
}

/* --- values ----------------------------------------------------------------------------- */

/* COL:=JSON. In CSV a string is its text, null and false and numbers are as they are spelled. */
static vv_status json_value(job *j, vv_cell *out, const char *word, const char *text, vv_error *err)
{
	vv_json *v;
	vv_error why;

	if (vv_json_read(&v, &j->arena, text, strlen(text), "value", &why) < 0) {
		return vv_fail(err, VV_EUSAGE,
			       "%s: %s\n"
			       "COL:=JSON takes a JSON value, COL=TEXT a text",
			       vv_text_shows(word), why.message);
	}
	*out = (vv_cell){
		.text = v->type == VV_JSON_STRING ? v->text : text + v->start,
		.len = (uint32_t)(v->type == VV_JSON_STRING ? v->text_len : v->end - v->start),
		.state = VV_CELL_TEXT};
	if (v->type == VV_JSON_NULL) {
		*out = (vv_cell){.state = is_json(j) ? VV_CELL_NULL : VV_CELL_TEXT};
	} else if (v->type != VV_JSON_STRING && is_json(j)) {
		out->state = VV_CELL_LITERAL;
	}
	return VV_OK;
}

/* COL=TEXT. In JSON a number, boolean, array or object where the column has such values. */
static void text_value(const job *j, vv_cell *out, const vv_field *f, const char *text)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_json *v;
	vv_cell literal = {.text = text, .len = (uint32_t)strlen(text), .state = VV_CELL_LITERAL};

	*out = literal;
	out->state = VV_CELL_TEXT;
	if (is_json(j) && f->type != VV_TYPE_STRING && f->type != VV_TYPE_ANY &&
	    vv_json_read(&v, &arena, text, literal.len, "value", VV_IGNORED) == VV_OK &&
	    v->type != VV_JSON_STRING && v->type != VV_JSON_NULL &&
	    v->end - v->start == literal.len && vv_field_accepts_json(f, &literal)) {
		*out = literal;
	}
}

static bool is_key(const job *j, size_t column)
{
	bool is = false;

	for (size_t i = 0; i < j->now.key_count; i++) {
		is = is || j->now.key[i] == column;
	}
	return is;
}

/* "price=5", "tags:=[]" */
static vv_status read_value(job *j, const char *word, vv_error *err)
{
	const vv_schema *schema = &j->file.table.schema;
	const char *equals = strchr(word, '=');
	bool json = equals && equals > word && equals[-1] == ':';
	size_t len = equals ? (size_t)(equals - word) - json : 0;
	vv_cell cell;
	vv_status rc = VV_OK;

	if (len == 0) {
		return vv_fail(err, VV_EUSAGE, "'%s': expected COL=VALUE or COL:=JSON",
			       vv_text_shows(word));
	}
	long at = vv_schema_find(schema, word, len);
	if (at < 0) {
		vv_fail(err, VV_ENOTFOUND, "'%s' has no column '%s'", vv_text_shows(j->s->path),
			vv_text_name(word, len));
		return vv_schema_hint(schema, word, len, err);
	}
	if (json) {
		rc = json_value(j, &cell, word, equals + 1, err);
	} else {
		text_value(j, &cell, &schema->fields[at], equals + 1);
	}
	if (rc < 0) return rc;
	if (is_key(j, (size_t)at)) {
		return vv_fail(err, VV_EUSAGE,
			       "%s is of the key, which names the row and is not set",
			       vv_text_name(word, len));
	}
	j->cells[at] = cell;
	j->given[at] = true;
	return VV_OK;
}

/* The key's cells of a row that is put in. */
static vv_status key_cells(job *j, vv_error *err)
{
	vv_cell values[VV_ROW_KEY_MAX];
	int read = vv_key_words_read(values, j->now.key_count, j->s->row, &j->arena, err);

	if (read < 0) return (vv_status)read;
	if (read == 0) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s': expected %zu values of the key, separated by commas\n"
			       "write a value that has a comma in quotes: '\"a, b\",c'",
			       vv_text_shows(j->s->row), j->now.key_count);
	}
	for (size_t i = 0; i < j->now.key_count; i++) {
		const size_t at = j->now.key[i];

		text_value(j, &j->cells[at], &j->file.table.schema.fields[at], values[i].text);
		j->given[at] = true;
	}
	return VV_OK;
}

static vv_status make_cells(job *j, vv_error *err)
{
	size_t n = j->file.table.columns;
	vv_status rc = VV_OK;

	j->cells = vv_arena_calloc(&j->arena, n + 1, sizeof(*j->cells));
	j->given = vv_arena_calloc(&j->arena, n + 1, sizeof(*j->given));
	if (!j->cells || !j->given) return vv_fail_nomem(err);
	for (size_t i = 0; i < n; i++) {
		j->cells[i] = j->now.has ? j->now.cells[i]
					 : (vv_cell){.state = is_json(j) ? VV_CELL_ABSENT
									 : VV_CELL_TEXT};
	}
	if (!j->now.has && (rc = key_cells(j, err)) < 0) return rc;
	for (size_t i = 0; i < j->s->count; i++) {
		if ((rc = read_value(j, j->s->values[i], err)) < 0) return rc;
	}
	return VV_OK;
}

/* --- the file ------------------------------------------------------------------------------ */

static vv_status write_row(job *j, vv_row_set_done *out, vv_error *err)
{
	size_t n = j->file.table.columns, count = 0;
	vv_row_edit *edits = vv_arena_calloc(&j->arena, n + 1, sizeof(*edits));

	if (!edits) return vv_fail_nomem(err);
	if (j->s->remove) {
		edits[count++] = (vv_row_edit){.row = j->now.row, .action = VV_ROW_REMOVE};
		*out = VV_SET_REMOVED;
	} else if (!j->now.has) {
		edits[count++] = (vv_row_edit){
			.row = j->file.table.root.rows, .action = VV_ROW_INSERT, .cells = j->cells};
		*out = VV_SET_ADDED;
	}
	for (size_t i = 0; i < n && j->now.has && !j->s->remove; i++) {
		if (j->given[i] && !vv_cell_equal(&j->cells[i], &j->now.cells[i])) {
			edits[count++] = (vv_row_edit){.row = j->now.row,
						       .action = VV_ROW_SET,
						       .column = i,
						       .cell = j->cells[i]};
			*out = VV_SET_CELLS;
		}
	}
	return count > 0 ? vv_row_file_write(&j->file, edits, count, err) : VV_OK;
}

static void put_row(const job *j, vv_buf *out, const vv_cell *cells)
{
	const vv_schema *schema = &j->file.table.schema;

	vv_json_out w = vv_json_begin_object(out, 0);
	for (size_t i = 0; i < j->file.table.columns; i++) {
		const vv_field *f = &schema->fields[i];
		const vv_cell *c = &cells[i];

		if (c->state == VV_CELL_ABSENT) {
			continue;
		}
		vv_json_name(&w, f->name);
		if (c->state == VV_CELL_LITERAL) {
			vv_json_raw(&w, c->text, c->len);
		} else if (c->state == VV_CELL_NULL) {
			vv_json_null(&w);
		} else {
			vv_json_string_len(&w, c->text ? c->text : "", c->len);
		}
	}
	vv_json_close_object(&w);
}

static vv_status run(job *j, vv_row_set_done *out, vv_buf *json, vv_error *err)
{
	bool holds;
	vv_status rc;

	*out = VV_SET_NOTHING;
	if ((rc = vv_row_file_open(&j->file, err)) < 0 ||
	    (rc = vv_row_file_find(&j->now, &j->file, &j->file.table, j->s->row, err)) < 0 ||
	    (rc = ask(j, &holds, err)) < 0) {
		return rc;
	}
	if (!holds) {
		*out = VV_SET_NOT_SO;
	} else if (!j->s->remove && (rc = make_cells(j, err)) < 0) {
		return rc;
	} else if ((j->now.has || !j->s->remove) && (rc = write_row(j, out, err)) < 0) {
		return rc;
	}
	const vv_cell *shown = j->cells ? j->cells : j->now.cells;
	if (shown) {
		put_row(j, json, shown);
	}
	return vv_buf_ok(json, err);
}

vv_status vv_row_set_run(vv_row_set_done *out, vv_buf *json, const vv_row_set *s, vv_error *err)
{
	job j = {.s = s, .file = {.repo = s->repo, .reader = s->reader, .path = s->path}};

	vv_arena_init(&j.arena);
	vv_status rc = run(&j, out, json, err);
	vv_row_found_clear(&j.now);
	vv_row_file_close(&j.file);
	vv_arena_clear(&j.arena);
	return rc;
}
