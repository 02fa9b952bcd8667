/*
 * row_set: finds the row by its key, evaluates the condition, converts words to cells.
 */
#include "lib/edit/row_set.h"

#include <string.h>

#include "base/array.h"
#include "base/json/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/rows/condition_run.h"
#include "dataset/schema/decimal.h"
#include "dataset/schema/key_words.h"
#include "dataset/schema/type.h"
#include "dataset/table/walk.h"
#include "lib/edit/row_file.h"

typedef struct job {
	const vv_row_set *s;
	vv_row_set_result *out;
	vv_row_file file;
	vv_arena arena;
	vv_row_found now; /* the current rows */
	vv_condition *condition;
	vv_condition_scratch *scratch;
	const char **more; /* names of members that no row has */
	size_t columns;    /* of the table, and these */
	vv_cell *cells;    /* the new cells, if any */
	bool *given;
	vv_row_edit *edits;
	size_t edit_count, edit_cap;
} job;

static bool is_json(const job *j)
{
	return vv_form_is_typed(j->file.table.root.dialect.form);
}

static vv_status open_condition(job *j, vv_error *err)
{
	const char *text = j->s->condition;
	const vv_condition_how how = {.json = is_json(j), .filter = true, .path = j->s->path};
	vv_status rc;

	if (!text) return VV_OK;
	if ((rc = vv_condition_compile(&j->condition, text, strlen(text), &j->file.table.schema,
				       &how, err)) < 0) {
		return rc;
	}
	return (j->scratch = vv_condition_scratch_new()) ? VV_OK : vv_fail_nomem(err);
}

static vv_status meets_condition(job *j, const vv_cell *cells, bool *holds, vv_error *err)
{
	if (j->s->only_new) {
		*holds = false;
		return VV_OK;
	}
	*holds = !j->condition || vv_condition_eval(j->condition, j->scratch, cells) == VV_TRUE;
	if (!j->condition) return VV_OK;
	if (vv_condition_undecided(j->scratch)) {
		return vv_fail(err, VV_EREFUSED, "a pattern takes too many steps to match a value");
	}
	return vv_condition_failed(j->scratch) ? vv_fail_nomem(err) : VV_OK;
}

/* --- values ----------------------------------------------------------------------------- */

/* A number of JSON with the column's decimal mark. */
static vv_status put_mark(job *j, vv_cell *cell, const vv_field *f, vv_error *err)
{
	const char *point = memchr(cell->text, '.', cell->len);
	const size_t whole = point ? (size_t)(point - cell->text) : cell->len;

	if (!point) return VV_OK;
	vv_auto(char) *text = vv_asprintf("%.*s%s%.*s", (int)whole, cell->text, f->decimal,
					  (int)(cell->len - whole - 1), point + 1);
	cell->len = text ? (uint32_t)strlen(text) : 0;
	cell->text = text ? vv_arena_strndup(&j->arena, text, cell->len) : NULL;
	return vv_alloc_ok(cell->text, err);
}

/* COL:=JSON. In CSV a string is its text, null and false and numbers are spelled unchanged, but for the column's decimal
 * mark. */
static vv_status json_value(job *j, vv_cell *out, const vv_field *f, const char *word,
			    const char *text, vv_error *err)
{
	vv_json *v;
	vv_error why;

	if (vv_json_read(&v, &j->arena, text, strlen(text), "value", &why) < 0) {
		return vv_fail(err, VV_EUSAGE,
			       "%s: %s\nuse COL:=JSON for a JSON value, COL=TEXT for a text",
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
	} else if (v->type == VV_JSON_NUMBER && f->type == VV_TYPE_NUMBER) {
		return put_mark(j, out, f, err);
	}
	return VV_OK;
}

/* COL=TEXT. In JSON a number, boolean, array or object where the column has such values. */
static vv_status text_value(const job *j, vv_cell *out, const vv_field *f, const char *text,
			    vv_error *err)
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
	return is_json(j) || vv_field_missing(f, out)
		       ? VV_OK
		       : vv_decimal_check_groups(f, text, literal.len, err);
}

/* The column's place; JSON: one behind the table's for a member that no row has. */
static vv_status find_column(job *j, size_t *out, const char *name, size_t len, vv_error *err)
{
	const vv_schema *schema = &j->file.table.schema;
	const long at = vv_schema_find(schema, name, len);
	const char *nearest = vv_schema_nearest(schema, name, len);
	size_t i = j->file.table.columns;

	*out = (size_t)at;
	if (at >= 0) return VV_OK;
	if (!is_json(j)) {
		vv_fail(err, VV_ENOTFOUND, "'%s' has no column '%s'", vv_text_shows(j->s->path),
			vv_text_name(name, len));
		return vv_schema_hint(schema, name, len, err);
	}
	while (i < j->columns && (strlen(j->more[i - j->file.table.columns]) != len ||
				  memcmp(j->more[i - j->file.table.columns], name, len) != 0)) {
		i++;
	}
	*out = i;
	if (i < j->columns) return VV_OK;
	j->columns++;
	j->more[i - j->file.table.columns] = vv_arena_strndup(&j->arena, name, len);
	vv_buf_printf(&j->out->warnings, "no other row has a member '%s'", vv_text_name(name, len));
	if (nearest) {
		vv_buf_printf(&j->out->warnings, "; did you mean '%s'?", vv_text_shows(nearest));
	}
	vv_buf_putc(&j->out->warnings, '\n');
	return j->more[i - j->file.table.columns] ? VV_OK : vv_fail_nomem(err);
}

static bool has_type(const job *j, const vv_field *f, const vv_cell *cell)
{
	return (is_json(j) ? vv_field_accepts_json : vv_field_accepts)(f, cell);
}

static void warn_misfit(job *j, const char *word, const vv_field *f, const vv_cell *cell)
{
	if (!has_type(j, f, cell)) {
		vv_buf_printf(&j->out->warnings,
			      "'%s': the value does not have the type of the "
			      "column, %s\n",
			      vv_text_shows(word), vv_type_name(f->type));
	}
}

/* A number with the column's decimal mark in the place of the only other one: 7.99 for 7,99. Not for 7,999, which may be
 * 7999. */
static char *other_mark(job *j, const vv_field *f, const char *text)
{
	const size_t len = strlen(text), at = strcspn(text, ",.");
	char *number = len - at == 4 || at == len ? NULL : vv_arena_strndup(&j->arena, text, len);
	vv_cell cell = {.text = number, .len = (uint32_t)len, .state = VV_CELL_TEXT};

	if (!number || f->type != VV_TYPE_NUMBER || strlen(f->decimal) != 1) return NULL;
	number[at] = *f->decimal;
	return vv_field_accepts(f, &cell) ? number : NULL;
}

/* COL=TEXT must have the column's type; COL:=JSON is how another value is written on purpose. */
static vv_status check_type(job *j, const char *word, const vv_field *f, const vv_cell *cell,
			    vv_error *err)
{
	const char *text = strchr(word, '=') + 1;
	const int name_len = (int)(text - word - 1);
	vv_auto(vv_buf) other = VV_BUF_INIT, lines = VV_BUF_INIT;

	if (has_type(j, f, cell)) return VV_OK;
	if (f->type == VV_TYPE_INTEGER && vv_field_is_found(f) &&
	    vv_type_is_number(text, strlen(text))) { /* the type will be number */
		warn_misfit(j, word, f, cell);
		return VV_OK;
	}
	const char *number = other_mark(j, f, text);
	vv_buf_printf(&other, "%.*s:=", name_len, word);
	vv_json_put_string(&other, text, strlen(text));
	if (number) {
		vv_buf_printf(&lines, "did you mean '%.*s=%s'? ", name_len, word, number);
	}
	vv_text_put_word(&lines, vv_buf_cstr(&other));
	vv_buf_puts(&lines, " sets the text nevertheless");
	return vv_fail(err, VV_EUSAGE,
		       "'%s': the value does not have the type of the column, %s\n%s",
		       vv_text_shows(word), vv_type_name(f->type), vv_buf_cstr(&lines));
}

/* "price=5", "tags:=[]" */
static vv_status read_value(job *j, const char *word, vv_error *err)
{
	static const vv_field unknown = {.type = VV_TYPE_ANY};
	const char *equals = strchr(word, '=');
	bool json = equals && equals > word && equals[-1] == ':';
	size_t len = equals ? (size_t)(equals - word) - json : 0, at;
	vv_cell cell;
	vv_status rc = VV_OK;

	if (len == 0) {
		return vv_fail(
			err, VV_EUSAGE,
			"'%s': expected COL=VALUE or COL:=JSON, after the file and the row's key",
			vv_text_shows(word));
	}
	if ((rc = find_column(j, &at, word, len, err)) < 0) return rc;
	const vv_field *f = at < j->file.table.columns ? &j->file.table.schema.fields[at]
						       : &unknown;
	if (json) {
		rc = json_value(j, &cell, f, word, equals + 1, err);
	} else {
		rc = text_value(j, &cell, f, equals + 1, err);
	}
	if (rc < 0) return rc;
	vv_array_each(j->now.key, j->now.key_count, key) {
		if (*key == at) {
			return vv_fail(err, VV_EUSAGE, "%s belongs to the key and cannot be set",
				       vv_text_name(word, len));
		}
	}
	if (j->given[at]) {
		return vv_fail(err, VV_EUSAGE, "'%s' has two values", vv_text_name(word, len));
	}
	if (json) {
		warn_misfit(j, word, f, &cell);
	} else if ((rc = check_type(j, word, f, &cell, err)) < 0) {
		return rc;
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
	vv_status rc;

	if (read < 0) return (vv_status)read;
	if (read == 0) return vv_key_words_fail(j->s->row, j->now.key_count, err);
	for (size_t i = 0; i < j->now.key_count; i++) {
		const size_t at = j->now.key[i];
		const vv_field *f = &j->file.table.schema.fields[at];

		if (values[i].len == 0) {
			return vv_fail(
				err, VV_EUSAGE,
				"'%s': a new row of '%s' requires a value for the key column '%s'",
				vv_text_shows(j->s->row), vv_text_shows(j->s->path),
				vv_text_shows(f->name));
		}
		if ((rc = text_value(j, &j->cells[at], f, values[i].text, err)) < 0) return rc;
		warn_misfit(j, values[i].text, f, &j->cells[at]);
		j->given[at] = true;
	}
	return VV_OK;
}

static vv_status read_values(job *j, vv_error *err)
{
	const size_t most = j->file.table.columns + j->s->count + 1;
	vv_status rc;

	j->columns = j->file.table.columns;
	j->cells = vv_arena_calloc(&j->arena, most, sizeof(*j->cells));
	j->given = vv_arena_calloc(&j->arena, most, sizeof(*j->given));
	j->more = vv_arena_calloc(&j->arena, j->s->count + 1, sizeof(*j->more));
	if (!j->cells || !j->given || !j->more) return vv_fail_nomem(err);
	if (!j->now.has && !j->s->remove && (rc = key_cells(j, err)) < 0) return rc;
	vv_array_each(j->s->values, j->s->count, it) {
		const char *const *end = j->s->values + j->s->count;

		if ((rc = read_value(j, *it, err)) == VV_EUSAGE && !strchr(*it, '=') &&
		    it + 1 < end && !strchr(it[1], '=') &&
		    vv_schema_find(&j->file.table.schema, *it, strlen(*it)) >= 0) {
			return vv_hint(err, "did you mean '%s=%s'?", vv_text_shows(*it),
				       vv_text_shows(it[1]));
		}
		if (rc < 0) return rc;
	}
	j->file.more = (vv_more_columns){j->more, j->columns - j->file.table.columns};
	return VV_OK;
}

/* --- rows ------------------------------------------------------------------------------- */

static vv_cell cell_of(const job *j, const vv_cell *cells, size_t i)
{
	if (!j->s->remove && j->given[i]) return j->cells[i];
	if (cells && i < j->file.table.columns) return cells[i];
	return (vv_cell){.state = is_json(j) ? VV_CELL_ABSENT : VV_CELL_TEXT};
}

/* Writes the new row. cells: the old ones; NULL: it is inserted. */
static void put_row(const job *j, vv_buf *out, const vv_cell *cells)
{
	const size_t n = j->file.table.columns;

	vv_json_out w = vv_json_begin_object(out, 0);
	for (size_t i = 0; i < j->columns; i++) {
		const vv_cell is = cell_of(j, cells, i), *c = &is;

		if (c->state == VV_CELL_ABSENT) {
			continue;
		}
		vv_json_name(&w, i < n ? j->file.table.schema.fields[i].name : j->more[i - n]);
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

static vv_status add_edit(job *j, const vv_row_edit *e, vv_error *err)
{
	return vv_array_add(j->edits, j->edit_count, j->edit_cap, *e) ? VV_OK : vv_fail_nomem(err);
}

static vv_status edit_row(job *j, uint64_t row, const vv_cell *cells, vv_error *err)
{
	const size_t before = j->edit_count;
	vv_status rc = VV_OK;

	if (j->out->json.len == 0) {
		put_row(j, &j->out->json, cells);
	}
	if (j->s->remove) {
		rc = add_edit(j, &(vv_row_edit){.row = row, .action = VV_ROW_REMOVE}, err);
	}
	for (size_t i = 0; rc == VV_OK && !j->s->remove && i < j->columns; i++) {
		const vv_cell is = cell_of(j, cells, i);

		if (j->given[i] && (i >= j->file.table.columns || !vv_cell_equal(&is, &cells[i]))) {
			rc = add_edit(
				j,
				&(vv_row_edit){
					.row = row, .action = VV_ROW_SET, .column = i, .cell = is},
				err);
		}
	}
	if (j->edit_count > before) {
		j->out->rows++;
		j->out->done = j->s->remove ? VV_SET_REMOVED : VV_SET_CELLS;
	}
	return rc;
}

/* Rows that there are. */
static vv_status edit_rows(job *j, vv_error *err)
{
	bool holds, any = false;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < j->now.all.count; i++) {
		const vv_cell *cells;

		if ((rc = vv_row_by_number_get(&j->now.rows, j->now.all.rows[i], &cells, err)) <
			    0 ||
		    (rc = meets_condition(j, cells, &holds, err)) < 0) {
			return rc;
		}
		any = any || holds;
		if (holds) {
			rc = edit_row(j, j->now.all.rows[i], cells, err);
		} else if (i + 1 == j->now.all.count && !any) {
			j->out->done = VV_SET_NOT_SO;
			memset(j->given, 0, j->columns * sizeof(*j->given));
			put_row(j, &j->out->json, cells);
		}
	}
	return rc;
}

static vv_status add_row(job *j, vv_error *err)
{
	if (j->s->remove) return VV_OK;
	for (size_t i = 0; i < j->columns; i++) {
		j->cells[i] = cell_of(j, NULL, i);
	}
	put_row(j, &j->out->json, NULL);
	j->out->done = VV_SET_ADDED;
	j->out->rows = 1;
	return add_edit(j,
			&(vv_row_edit){.row = j->file.table.root.rows,
				       .action = VV_ROW_INSERT,
				       .cells = j->cells},
			err);
}

/* Each row that meets the condition. */
static vv_status edit_meeting(job *j, vv_error *err)
{
	vv_auto(vv_group_walk) w = vv_group_walk_open(&j->file.table, NULL, 0, err);
	bool holds, any = false;

	while (vv_group_walk_next(&w)) {
		for (size_t i = 0; i < w.batch.rows && w.rc == VV_OK; i++) {
			const vv_cell *cells = &w.batch.cells[i * w.batch.columns];

			if ((w.rc = meets_condition(j, cells, &holds, err)) == VV_OK && holds) {
				any = true;
				w.rc = edit_row(j, w.batch.first_row + i, cells, err);
			}
		}
	}
	if (w.rc == VV_OK && !any) {
		j->out->done = VV_SET_NOT_SO;
	}
	return w.rc;
}

/* Cells of the key stay. */
static vv_status set_rows(job *j, vv_error *err)
{
	const vv_table *t = &j->file.table;
	vv_status rc;

	j->file.keyless = true;
	if ((rc = vv_row_file_open(&j->file, err)) < 0 || (rc = open_condition(j, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < t->root.key_count && j->now.key_count < VV_ROW_KEY_MAX; i++) {
		const long at = vv_schema_find(&t->schema, t->root.key[i], strlen(t->root.key[i]));

		if (at >= 0) {
			j->now.key[j->now.key_count++] = (size_t)at;
		}
	}
	j->now.has = true;
	if ((rc = read_values(j, err)) < 0 || (rc = edit_meeting(j, err)) < 0 ||
	    (rc = vv_buf_ok(&j->out->json, err)) < 0 ||
	    (rc = vv_buf_ok(&j->out->warnings, err)) < 0) {
		return rc;
	}
	return j->edit_count > 0 && !j->s->dry_run
		       ? vv_row_file_write(&j->file, j->edits, j->edit_count, err)
		       : VV_OK;
}

static vv_status set_row(job *j, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_row_file_open(&j->file, err)) < 0 ||
	    (rc = vv_row_file_find(&j->now, &j->file, &j->file.table, j->s->row, j->s->all, err)) <
		    0 ||
	    (rc = open_condition(j, err)) < 0) {
		return rc;
	}
	const size_t name_len = j->file.table.root.key_count == 1
					? strlen(j->file.table.root.key[0])
					: 0;
	if (!j->now.has && j->now.all.alike) {
		return vv_fail(
			err, VV_EUSAGE,
			"'%s' has no row '%s', but a row '%s', which is the same value written "
			"differently\nwrite the key as in the file",
			vv_text_shows(j->s->path), vv_text_shows(j->s->row),
			vv_text_shows(j->now.all.alike));
	}
	if (!j->now.has && !j->s->remove && !j->s->insert && j->now.all.near) {
		return vv_fail(
			err, VV_EUSAGE,
			"'%s' has no row '%s', but a row '%s'\nwrite the key as in the file, "
			"or use --new to add a row '%s' beside it",
			vv_text_shows(j->s->path), vv_text_shows(j->s->row),
			vv_text_shows(j->now.all.near), vv_text_shows(j->s->row));
	}
	if (!j->now.has && !j->s->insert && j->file.table.root.key_count == 1 &&
	    strncmp(j->s->row, j->file.table.root.key[0], name_len) == 0 &&
	    j->s->row[name_len] == '=') {
		j->out->near = vv_strdup(j->s->row + name_len + 1);
		return vv_fail(err, VV_EUSAGE,
			       "'%s' has no row '%s'\nwrite the key without its column: '%s'",
			       vv_text_shows(j->s->path), vv_text_shows(j->s->row),
			       vv_text_shows(j->s->row + name_len + 1));
	}
	if (!j->now.has && j->s->remove && j->now.all.near) {
		j->out->near = vv_take(&j->now.all.near);
	}
	if (!j->now.has && j->condition) {
		j->out->done = VV_SET_NOT_SO; /* whatever the values are */
		return VV_OK;
	}
	if ((rc = read_values(j, err)) < 0 ||
	    (rc = j->now.has ? edit_rows(j, err) : add_row(j, err)) < 0 ||
	    (rc = vv_buf_ok(&j->out->json, err)) < 0 ||
	    (rc = vv_buf_ok(&j->out->warnings, err)) < 0) {
		return rc;
	}
	return j->edit_count > 0 ? vv_row_file_write(&j->file, j->edits, j->edit_count, err)
				 : VV_OK;
}

vv_status vv_row_set_run(vv_row_set_result *out, const vv_row_set *s, vv_error *err)
{
	job j = {.s = s,
		 .out = out,
		 .file = {.repo = s->repo, .reader = s->reader, .path = s->path, .made = s->made}};

	*out = (vv_row_set_result){.done = VV_SET_NOTHING};
	vv_status rc = s->row ? set_row(&j, err) : set_rows(&j, err);
	vv_condition_scratch_free(j.scratch);
	vv_condition_free(j.condition);
	vv_free(j.edits);
	vv_row_found_clear(&j.now);
	vv_row_file_close(&j.file);
	vv_arena_clear(&j.arena);
	return rc;
}

void vv_row_set_result_clear(vv_row_set_result *r)
{
	vv_buf_clear_all(&r->json, &r->warnings);
	vv_free(r->near);
}
